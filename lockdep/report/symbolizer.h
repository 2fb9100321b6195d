// Addresses to functions, files and lines, by the debug information and the
// symbol tables of the files that were recorded.
//
// A file that is not there, or that is not what was recorded (another build
// id), gives no names: what remains is module and offset, and one warning says
// why.
//
// Cost: opening a module reads its tables of compilation units and symbols;
// every address is looked up once.  Thread safety: used by one thread.

#ifndef LOCKDEP_REPORT_SYMBOLIZER_H_
#define LOCKDEP_REPORT_SYMBOLIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

class DebugFile;

class Symbolizer {
 public:
  Symbolizer();
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  // The frames at the call that returns to `address`, innermost first: several
  // if functions were inlined there.  Never empty.
  // REQUIRES: `address` is one of `recording`'s.
  const Stack& Call(const record::Recording& recording, const record::Address& address);

  // The static object at an address, "g_bank" or "g_bank+8"; empty if unknown.
  std::string Object(const record::Recording& recording, const record::Address& address);

  // What could not be used, each once: "/usr/lib/libfoo.so: reason".
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using FileKey = std::pair<std::string, std::string>;  // Path and build id.

  // Returns null if the module's file cannot serve.
  DebugFile* FileOf(const record::Module& module);
  Stack Lookup(const record::Module& module, uint64_t offset);

  absl::flat_hash_map<FileKey, std::unique_ptr<DebugFile>> files_;
  absl::node_hash_map<std::pair<FileKey, uint64_t>, Stack> calls_;
  std::vector<std::string> warnings_;
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_SYMBOLIZER_H_
