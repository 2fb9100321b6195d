// How often and by whom each dependency was seen.  The engine keeps one witness of
// each, which is enough to say that a cycle is there.  Whether threads can ever stand in
// all of its steps at once needs more: every thread that took the step, when, and what it
// held beside.
//
// Invariants: (1) an occurrence stands for all that it was made of: what it claims (one
// thread, a time, a gate) holds for each of them; (2) at most kMost are kept of a dependency,
// then some are made one.
//
// Thread safety: needs the validator's graph lock.
// Cost: a cell for two occurrences of a dependency.

#ifndef LOCKDEP_HOOKS_OCCURRENCES_H_
#define LOCKDEP_HOOKS_OCCURRENCES_H_

#include <cstddef>
#include <cstdint>

#include "hooks/cells.h"
#include "hooks/gates.h"
#include "hooks/thread_order.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Why a step stands in nobody's way, whatever others do.
enum class Harmless : uint8_t {
  kNo,
  kUnpublished,   // Nobody else could have known the first lock.
  kAnnouncedEnd,  // Who has the lock can know that the thread needs it no more.
};

// Some steps of a dependency that have this in common.
struct Occurrence {
  ThreadId thread = ThreadId::kNone;  // kNone: of any thread.
  DependencyMask kinds = 0;
  // The step from a wait to what was taken before it ended: nothing is held across it.
  bool is_past = false;
  Harmless harmless = Harmless::kNo;
  // From the one to the other, of one thread; null: at any time.
  const Segment* first = nullptr;
  const Segment* last = nullptr;
  Gates gates;

  // Makes it stand for the other as well.  Returns whether it claims less now.
  bool Include(const Occurrence& other);

 private:
  bool IncludeTimeOf(const Occurrence& other);
};

// From one class to another.
struct DependencyName {
  ClassKey from;
  ClassKey to;

  friend bool operator==(const DependencyName&, const DependencyName&) = default;
};

struct OccurrenceList {
  static constexpr size_t kHere = 2;

  DependencyName name;
  OccurrenceList* more = nullptr;
  uint8_t count = 0;        // Of those that stand here.
  bool is_watched = false;  // A cycle that was told depends on them.
  Occurrence occurrences[kHere] = {};
};

class Occurrences {
 public:
  static constexpr size_t kMost = 8;

  // Returns the list, and whether it says more than before; null when memory ended.
  OccurrenceList* Note(const DependencyName& name, const Occurrence& seen, bool* is_news);
  OccurrenceList* Find(const DependencyName& name) const;
  // Unless it is watched.
  void Forget(const DependencyName& name);

 private:
  OccurrenceList** Probe(const DependencyName& name) const;
  bool Grow();
  void CloseGap(size_t gap);
  bool Add(OccurrenceList* list, const Occurrence& seen);

  Cells cells_;
  OccurrenceList** table_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_OCCURRENCES_H_
