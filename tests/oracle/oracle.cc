#include "tests/oracle/oracle.h"

#include <algorithm>

namespace lockdep::oracle {

Verdict Oracle::Apply(const Step& step) {
  Verdict verdict;
  switch (step.op) {
    case Op::kAcquire:
      Acquire(step, verdict);
      break;
    case Op::kRelease:
      Release(step, verdict);
      break;
    case Op::kDowngrade:
      Downgrade(step, verdict);
      break;
    case Op::kCancel:
      if (Holds(step.thread, step.lock)) Drop(step.thread, step.lock);
      break;
    case Op::kDestroy:
      Destroy(step, verdict);
      break;
    case Op::kExit:
      Exit(step, verdict);
      break;
    default:
      break;  // ToStep makes no others.
  }
  return verdict;
}

void Oracle::Acquire(const Step& step, Verdict& verdict) {
  SeeClass(step.class_name());
  if (step.nest.has_value() && !Holds(step.thread, *step.nest)) {  // Rule 3.
    Tell(ViolationKind::kNestLockMissing, step.class_name(), verdict);
  }
  if (!step.trylock && CheckRecursion(step, verdict) == Recursion::kNone) {
    AddDependencies(step, verdict);
  }
  held_[step.thread].push_back({step.lock, step.class_name(), step.mode});
}

// Rule 1.  A nest lock serialises what was taken after it, and itself.  If that
// is not all that blocks us, the newest lock that does decides the words.
Oracle::Recursion Oracle::CheckRecursion(const Step& step, Verdict& verdict) {
  bool nest_is_held = false;
  bool serialised = true;
  std::optional<Held> newest;
  for (const Held& held : held_[step.thread]) {
    nest_is_held = nest_is_held || step.nest == held.lock;
    const bool reader_meets_reader =
        step.mode == ReadMode::kRecursiveRead && held.mode != ReadMode::kWrite;
    if (held.name != step.class_name() || reader_meets_reader) continue;
    newest = held;
    serialised = serialised && nest_is_held;
  }
  if (!newest.has_value()) return Recursion::kNone;
  if (serialised) return Recursion::kSerialised;
  const bool both_read = step.mode == ReadMode::kRead && newest->mode != ReadMode::kWrite;
  Tell(both_read ? ViolationKind::kReadRecursion : ViolationKind::kRecursiveLock, step.class_name(),
       verdict);
  return Recursion::kNone;
}

// Rule 2.
void Oracle::AddDependencies(const Step& step, Verdict& verdict) {
  std::vector<Edge> added;
  for (const Held& held : held_[step.thread]) {
    if (held.name == step.class_name()) continue;
    const Edge edge = MakeEdge(held.name, held.mode, step.class_name(), step.mode);
    if (dependencies_.Add(edge)) added.push_back(edge);
  }
  std::vector<Closing> closing;
  for (const Edge& edge : added) {
    const Relation::Cycles cycles = dependencies_.ClosedBy(edge);
    if (cycles.any()) closing.push_back({edge, cycles});
  }
  for (const Closing& one : closing) {
    if (!dependencies_.IsExcused(Pair{one.edge.from, one.edge.to})) verdict.closing.push_back(one);
  }
  for (const Closing& one : closing) dependencies_.Excuse(one.edge);
}

// Rule 4.
void Oracle::Release(const Step& step, Verdict& verdict) {
  if (Holds(step.thread, step.lock)) return Drop(step.thread, step.lock);
  const ClassName name{step.lock.letter, 0};
  SeeClass(name);
  bool held_elsewhere = false;
  for (uint8_t thread = 0; thread < kMaxThreads; ++thread) {
    held_elsewhere = held_elsewhere || Holds(thread, step.lock);
  }
  Tell(held_elsewhere ? ViolationKind::kUnlockByOtherThread : ViolationKind::kUnlockUnheld, name,
       verdict);
}

// Only a writer has something to give up.
void Oracle::Downgrade(const Step& step, Verdict& verdict) {
  Held* held = NewestOf(step.thread, step.lock);
  const ClassName name = held == nullptr ? ClassName{step.lock.letter, 0} : held->name;
  if (held == nullptr) SeeClass(name);
  if (held == nullptr || held->mode != ReadMode::kWrite) {
    return Tell(ViolationKind::kInvalidLockState, name, verdict);
  }
  held->mode = ReadMode::kRead;
}

// Rule 5.
void Oracle::Destroy(const Step& step, Verdict& verdict) {
  const Held* held = NewestOf(step.thread, step.lock);
  if (held == nullptr) return;
  Tell(ViolationKind::kHeldLockDestroyed, held->name, verdict);
  while (Holds(step.thread, step.lock)) Drop(step.thread, step.lock);
}

// Rule 6.
void Oracle::Exit(const Step& step, Verdict& verdict) {
  for (const Held& held : held_[step.thread]) {
    Tell(ViolationKind::kHeldAtExit, held.name, verdict);
  }
  held_[step.thread].clear();
}

// Declared orders speak of every subclass, and hold once both classes exist.
void Oracle::SeeClass(ClassName name) {
  if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return;
  seen_.push_back(name);
  for (const DeclaredLetters& arc : declared_) {
    for (const ClassName& other : seen_) {
      if (arc.from == name.letter && arc.to == other.letter) dependencies_.Declare({name, other});
      if (arc.to == name.letter && arc.from == other.letter) dependencies_.Declare({other, name});
    }
  }
}

bool Oracle::Holds(uint8_t thread, Lock lock) const {
  return std::any_of(held_[thread].begin(), held_[thread].end(),
                     [lock](const Held& held) { return held.lock == lock; });
}

Oracle::Held* Oracle::NewestOf(uint8_t thread, Lock lock) {
  std::vector<Held>& held = held_[thread];
  const auto newest = std::find_if(held.rbegin(), held.rend(),
                                   [lock](const Held& one) { return one.lock == lock; });
  return newest == held.rend() ? nullptr : &*newest;
}

void Oracle::Drop(uint8_t thread, Lock lock) {
  const Held* newest = NewestOf(thread, lock);
  std::vector<Held>& held = held_[thread];
  held.erase(held.begin() + (newest - held.data()));
}

void Oracle::Tell(ViolationKind kind, ClassName name, Verdict& verdict) {
  const Finding finding{kind, name};
  if (std::find(told_.begin(), told_.end(), finding) != told_.end()) return;
  told_.push_back(finding);
  verdict.findings.push_back(finding);
}

}  // namespace lockdep::oracle
