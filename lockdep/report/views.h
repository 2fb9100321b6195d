// A recording as the kernel shows a live validator: the twins of
// /proc/lockdep, lockdep_chains, lockdep_stats and lock_stat, as text and JSON.
//
// A recording grows while its process runs, so these are views of a live
// process as well.
//
// Source: linux v6.12 kernel/locking/lockdep_proc.c.
//
// Thread safety: plain data.

#ifndef LOCKDEP_REPORT_VIEWS_H_
#define LOCKDEP_REPORT_VIEWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lockdep/record/recording.h"
#include "lockdep/report/report.h"
#include "lockdep/report/symbolizer.h"

namespace lockdep::report {

// One lock class and what was seen to depend on it.
struct ClassView {
  uint64_t key = 0;
  std::string name;
  std::string kind;           // "mutex", "rwlock", ...
  uint64_t forward = 0;       // Classes that can be waited for while it is held, itself included.
  uint64_t backward = 0;      // Classes that can be held when it is waited for, itself included.
  std::vector<size_t> after;  // Direct dependencies: indices of classes.
};

// A chain of held locks: the one that it continues, and its last lock.
struct ChainView {
  std::optional<size_t> previous;  // Index of a chain before this one.
  size_t last = 0;                 // Index of a class.
  std::string mode;                // "write", "read", "recursive-read".
  bool tried = false;
  bool sync = false;                  // It was waited for, but not taken.
  std::vector<std::string> contexts;  // In which it was taken.
};

// Counters by name, in the order in which they are shown.
using StatsView = std::vector<std::pair<std::string, uint64_t>>;

struct Views {
  std::vector<ClassView> classes;  // In the order of the recording.
  std::vector<ChainView> chains;
  std::vector<LockTimesRow> lock_times;
  StatsView stats;
};

// Declared arcs are no dependencies here: nothing was seen to take them.
Views MakeViews(const record::Recording& recording, Symbolizer& symbolizer);

std::vector<ChainView> MakeChains(const record::Recording& recording);
// What text views call a class beside its name.
std::string KeyText(const ClassView& view);

// As the kernel's files look, for people and for its tools.
std::string ClassesText(const Views& views);
std::string ChainsText(const Views& views);
std::string LockStatText(const Views& views);
std::string StatsText(const Views& views);

std::string ClassesJson(const Views& views);
std::string ChainsJson(const Views& views);
std::string LockStatJson(const Views& views);
std::string StatsJson(const Views& views);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_VIEWS_H_
