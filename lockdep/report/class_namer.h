// Names of lock classes that a person would say: the name that the program
// gave, the symbol of a static lock, or the place where its locks are
// initialised or first taken.
//
// Two classes never share a name: the later one gets " #2".  Only the same class of
// another build of a program has the same name, in a merged recording.
//
// Thread safety: used by one thread.

#ifndef LOCKDEP_REPORT_CLASS_NAMER_H_
#define LOCKDEP_REPORT_CLASS_NAMER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/symbolizer.h"

namespace lockdep::report {

struct ClassName {
  std::string shown;
  // Without lines, addresses and what depends on the order of events: for fingerprints.
  std::string stable;
  // What a declared order calls it; empty if it has no name that lasts.
  std::string declared;
};

using ClassNames = absl::flat_hash_map<ClassId, ClassName>;

// "mutex", "recursive-mutex", ...: as it stands in reports.
const char* KindName(LockKind kind);
// Whether a kind, so named, is a wait for something that is no lock.
bool IsEventKind(std::string_view name);

class ClassNamer {
 public:
  explicit ClassNamer(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  // Names every class of a recording.
  ClassNames Name(const record::Recording& recording);

 private:
  ClassName Describe(const record::Recording& recording, const record::ClassEntry& entry);
  Stack FramesFrom(const record::Recording& recording, const record::ClassEntry& entry);
  ClassName DescribeSite(const record::Recording& recording, const record::ClassEntry& entry);
  const ClassName& CachedSite(const record::Recording& recording, const record::ClassEntry& entry);
  std::string MakeUnique(const std::string& name, const record::Module* module);

  // Whose a name is: a file, and the builds of it that have given it to a class.
  struct Owner {
    std::string file;
    absl::flat_hash_set<std::string> builds;
  };

  Symbolizer& symbolizer_;
  // Of the recording at hand: a program may have a million locks from one place.
  using Site = std::tuple<LockKind, ClassOrigin, uint64_t>;
  absl::node_hash_map<Site, ClassName> sites_;
  absl::flat_hash_map<std::string, Owner> owners_;
  absl::flat_hash_map<std::string, int> next_number_;
  absl::flat_hash_map<ClassId, std::vector<StackId>> stacks_;
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_CLASS_NAMER_H_
