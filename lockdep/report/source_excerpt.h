// The lines of source around a place of a report, where the source is at hand.
//
// Reports come from strangers, and a path in one is no leave to read it: only files
// below one directory that the user named are opened, only regular ones, and only
// those that a compiler would take for source.
//
// Thread safety: one object, one thread; it keeps the files that it has read.

#ifndef LOCKDEP_REPORT_SOURCE_EXCERPT_H_
#define LOCKDEP_REPORT_SOURCE_EXCERPT_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

struct SourceLine {
  int number = 0;
  std::string text;  // As in the file, but for tabs, which are spaces here.
};

class SourceExcerpts {
 public:
  // `root` empty: no source is at hand.
  explicit SourceExcerpts(const std::string& root);

  // The lines from two before the frame's to two after it; empty if its file is
  // not to be read, or is shorter than that.
  std::vector<SourceLine> Around(const Frame& frame);

 private:
  const std::vector<std::string>& LinesOf(const std::string& file);

  std::string root_;  // Without links; empty if there is none.
  absl::flat_hash_map<std::string, std::vector<std::string>> files_;
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_SOURCE_EXCERPT_H_
