// What a cycle of dependencies is worth: whether threads can ever stand in all of its
// steps at once, judged by all that took them (occurrences.h).
//
// It is feasible if some choice of one occurrence for each step excludes nothing: different
// threads, none done before another began, no lock that two of them hold at once.  Else it is
// a note, with what excludes it.  A cycle that was a note is told again, with the same
// stacks, once it is none any more.
//
// Limits: cycles of more than kMostSteps, and steps below more than kMostHeld locks, are not
// graded down.
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_HOOKS_GRADING_H_
#define LOCKDEP_HOOKS_GRADING_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "hooks/key_set.h"
#include "hooks/occurrences.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Why a choice of occurrences cannot happen.
enum class Exclusion : uint8_t {
  kNone,
  kSameThread,
  kGateLock,
  kOrdered,
  kOrderedByBarrier,
  kOrderedByCondition,
  kUnpublished,
  kAnnouncedEnd
};

// What a graded violation points to.
struct Grade {
  static constexpr size_t kMostSteps = 16;
  static constexpr size_t kMostReasons = 4;

  ViolationReason reasons[kMostReasons];
  size_t reason_count = 0;
  ViolationEdge edges[kMostSteps];

  void Add(const ViolationReason& reason);
  void Drop(const char* text);
};

class Grading {
 public:
  static constexpr size_t kMostSteps = Grade::kMostSteps;
  static constexpr size_t kMostHeld = 32;

  // Grades a cycle, and remembers it if it is a note; others are left alone.  `told` gets the
  // level, the reasons and the threads that can meet, for as long as `grade` lives.
  void GradeCycle(Violation* told, Grade* grade);

  // A step was seen.  Returns whether cycles that were told depend on it and may be worth
  // more now.
  bool Note(const DependencyName& name, const Occurrence& seen);
  // It will not be seen again: its locks ended.
  void Forget(const DependencyName& name) { occurrences_.Forget(name); }
  // From now on nothing is graded down: a thread holds too many locks.
  bool GiveUp();

  // Calls `tell` for each cycle that was told as a note and is none any more.
  void TellAgain(void (*tell)(const Violation& violation));

  // More than one lock is of the class: it is no gate.  `is_loose`: little speaks for their
  // being of one class.  Returns whether cycles may be worth more now.
  bool NoteShared(ClassKey key, bool is_loose);

 private:
  struct Kept;  // A cycle that was told as a note.
  struct Search;

  void Keep(const Violation& told, const DependencyName* names);
  // Returns whether nothing that may change excludes it.
  bool GradeSteps(const DependencyName* names, Violation* told, Grade* grade) const;
  bool IsLinked(const Violation& told) const;
  bool NeedsLink(const ViolationEdge& before, ClassKey key) const;
  static void ShowThreads(const Search& search, Violation* told, Grade* grade);
  // The class of a lock that two threads cannot hold in these ways; key 0 if there is none.
  ClassKey FindGate(const Gates& ours, const Gates& theirs) const;
  ClassKey FindGateBetween(const Occurrence& one, const Occurrence& other) const;
  Exclusion Compare(const Occurrence& one, const Occurrence& other, ClassKey* gate) const;
  bool Choose(Search* search, size_t step) const;
  bool Fits(Search* search, size_t step, const Occurrence& candidate) const;

  Occurrences occurrences_;
  KeySet shared_;
  KeySet loose_;
  Kept* kept_ = nullptr;
  bool gave_up_ = false;
};

extern constinit Grading grading;

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_GRADING_H_
