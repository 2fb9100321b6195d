#include "tests/oracle/oracle.h"

#include <algorithm>

namespace lockdep::oracle {

namespace {

// One number for each lock.
int KeyOf(Lock lock) { return lock.letter * kInstances + lock.instance; }

}  // namespace

Oracle::Oracle(World world) : world_(std::move(world)) {
  for (Thread& thread : threads_) {
    if (world_.contexts) thread.context = testing::kStart;
  }
}

Verdict Oracle::Apply(const Step& step) {
  Verdict verdict;
  switch (step.op) {
    case Op::kAcquire:
    case Op::kSync:
      Acquire(step, verdict);
      break;
    case Op::kRelease:
      Release(step, verdict);
      break;
    case Op::kPin:
      Pin(step, verdict);
      break;
    case Op::kUnpin:
      Unpin(step, verdict);
      break;
    case Op::kDowngrade:
      Downgrade(step, verdict);
      break;
    case Op::kCancel:
      if (NewestOf(step.thread, step.lock) != nullptr) Drop(step.thread, step.lock);
      threads_[step.thread].cookies.erase(KeyOf(step.lock));
      break;
    case Op::kDestroy:
      Destroy(step, verdict);
      break;
    case Op::kExit:
      Exit(step, verdict);
      break;
    case Op::kEnter:
      Enter(step);
      break;
    case Op::kLeave:
      Leave(step);
      break;
  }
  NoteUsages(step);
  verdict.interrupted = interruptions_.Settle();
  return verdict;
}

void Oracle::Acquire(const Step& step, Verdict& verdict) {
  SeeClass(step.class_name());
  if (step.nest.has_value() && !Holds(step.thread, *step.nest)) {  // Rule 5.
    Tell(ViolationKind::kNestLockMissing, step.class_name(), verdict);
  }
  CheckWait(step, verdict);
  if (!step.trylock && step.checked && CheckRecursion(step, verdict) == Recursion::kNone) {
    AddDependencies(step, verdict);
  }
  if (step.op == Op::kSync) return;
  Thread& thread = threads_[step.thread];
  thread.held.push_back(
      {step.lock, step.class_name(), step.mode, step.checked, thread.context.in, 0});
}

// Rule 4.  The strictest lock held here, or the context, limits how others wait.
void Oracle::CheckWait(const Step& step, Verdict& verdict) {
  const WaitType wait = world_.WaitOf(step.class_name());
  if (step.trylock || wait == WaitType::kUnchecked) return;
  WaitType limit = threads_[step.thread].context.wait_limit;
  std::optional<ClassName> by;
  for (const Held& held : Mine(step.thread)) {
    const WaitType inner = world_.WaitOf(held.name);
    if (inner == WaitType::kUnchecked || inner >= limit) continue;
    limit = inner;
    by = held.name;
  }
  const Wait told{step.class_name(), by};
  if (wait <= limit ||
      std::find(told_waits_.begin(), told_waits_.end(), told) != told_waits_.end()) {
    return;
  }
  told_waits_.push_back(told);
  verdict.findings.push_back({ViolationKind::kInvalidWaitContext, step.class_name()});
}

// Rule 3.  What waits here is used here; whatever any thread holds is held while the
// contexts are enabled that are enabled for it now.
void Oracle::NoteUsages(const Step& step) {
  const bool waits = (step.op == Op::kAcquire && !step.trylock) || step.op == Op::kSync;
  if (waits && step.checked) {
    NoteUsages(step.class_name(), step.mode, true, threads_[step.thread].context.in);
  }
  for (const Thread& thread : threads_) {
    for (const Held& held : thread.held) {
      if (held.checked) NoteUsages(held.name, held.mode, false, thread.context.enabled);
    }
  }
}

void Oracle::NoteUsages(ClassName name, ReadMode mode, bool is_used, ContextSet contexts) {
  const bool reader = is_used ? mode == ReadMode::kRecursiveRead : mode != ReadMode::kWrite;
  for (int context = 0; context < kMaxContextBits; ++context) {
    if ((contexts >> context & 1) != 0) interruptions_.Add(Usage{name, context, is_used, reader});
  }
}

void Oracle::Enter(const Step& step) {
  Thread& thread = threads_[step.thread];
  thread.interrupted.push_back(thread.context);
  thread.context = testing::Enter(step.context, thread.context);
}

void Oracle::Leave(const Step& step) {
  Thread& thread = threads_[step.thread];
  if (thread.interrupted.empty()) return;
  thread.context = thread.interrupted.back();
  thread.interrupted.pop_back();
}

// Rule 7, like the next one.
void Oracle::Pin(const Step& step, Verdict& verdict) {
  Held* held = NewestOf(step.thread, step.lock);
  if (held != nullptr) {
    ++held->pins;
    ++threads_[step.thread].cookies[KeyOf(step.lock)];
    return;
  }
  SeeClass({step.lock.letter, 0});
  Tell(ViolationKind::kPinViolated, {step.lock.letter, 0}, verdict);
}

void Oracle::Unpin(const Step& step, Verdict& verdict) {
  int& cookies = threads_[step.thread].cookies[KeyOf(step.lock)];
  const bool has_cookie = cookies != 0;
  if (has_cookie) --cookies;
  Held* held = NewestOf(step.thread, step.lock);
  if (held == nullptr) {
    SeeClass({step.lock.letter, 0});
    return Tell(ViolationKind::kPinViolated, {step.lock.letter, 0}, verdict);
  }
  if (has_cookie && held->pins != 0) {
    --held->pins;
    return;
  }
  held->pins = 0;
  Tell(ViolationKind::kPinViolated, held->name, verdict);
}

// Rule 1.  A nest lock serialises what was taken after it, and itself.  If that
// is not all that blocks us, the newest lock that does decides the words.
Oracle::Recursion Oracle::CheckRecursion(const Step& step, Verdict& verdict) {
  bool nest_is_held = false;
  bool serialised = true;
  std::optional<Held> newest;
  const std::vector<Held>& all = threads_[step.thread].held;
  for (size_t i = 0; i < all.size(); ++i) {
    const Held& held = all[i];
    nest_is_held = nest_is_held || step.nest == held.lock;
    const bool reader_meets_reader =
        step.mode == ReadMode::kRecursiveRead && held.mode != ReadMode::kWrite;
    if (held.name != step.class_name() || reader_meets_reader) continue;
    if (i < FirstOfMine(step.thread)) continue;
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
  for (const Held& held : Mine(step.thread)) {
    if (held.name == step.class_name() || !held.checked) continue;
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
  for (const Edge& edge : added) interruptions_.Add(edge, dependencies_.IsExcused(edge));
}

// Rule 7.
void Oracle::Release(const Step& step, Verdict& verdict) {
  threads_[step.thread].cookies.erase(KeyOf(step.lock));
  if (const Held* held = NewestOf(step.thread, step.lock)) {
    if (held->pins != 0) Tell(ViolationKind::kPinViolated, held->name, verdict);
    return Drop(step.thread, step.lock);
  }
  const ClassName name{step.lock.letter, 0};
  SeeClass(name);
  bool held_elsewhere = false;
  for (uint8_t thread = 0; thread < kMaxThreads; ++thread) {
    held_elsewhere = held_elsewhere || (thread != step.thread && Holds(thread, step.lock));
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

// Rule 8.
void Oracle::Destroy(const Step& step, Verdict& verdict) {
  threads_[step.thread].cookies.erase(KeyOf(step.lock));
  std::vector<Held>& held = threads_[step.thread].held;
  const auto is_it = [&step](const Held& one) { return one.lock == step.lock; };
  const auto newest = std::find_if(held.rbegin(), held.rend(), is_it);
  if (newest == held.rend()) return;
  Tell(ViolationKind::kHeldLockDestroyed, newest->name, verdict);
  std::erase_if(held, is_it);
}

// Rule 9.
void Oracle::Exit(const Step& step, Verdict& verdict) {
  Thread& thread = threads_[step.thread];
  for (const Held& held : thread.held) Tell(ViolationKind::kHeldAtExit, held.name, verdict);
  thread.held.clear();
  thread.cookies.clear();
}

// Declared orders speak of every subclass, and hold once both classes exist.
void Oracle::SeeClass(ClassName name) {
  if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return;
  seen_.push_back(name);
  for (const DeclaredLetters& arc : world_.declared) {
    for (const ClassName& other : seen_) {
      if (arc.from == name.letter && arc.to == other.letter) Declare({name, other});
      if (arc.to == name.letter && arc.from == other.letter) Declare({other, name});
    }
  }
}

void Oracle::Declare(Pair pair) {
  dependencies_.Declare(pair);
  interruptions_.Add({pair.from, pair.to, /*shared=*/false, /*recursive=*/false}, false);
}

size_t Oracle::FirstOfMine(uint8_t thread) const {
  const std::vector<Held>& held = threads_[thread].held;
  size_t first = held.size();
  while (first > 0 && held[first - 1].in == threads_[thread].context.in) --first;
  return first;
}

std::vector<Oracle::Held> Oracle::Mine(uint8_t thread) const {
  const std::vector<Held>& held = threads_[thread].held;
  return {held.begin() + static_cast<ptrdiff_t>(FirstOfMine(thread)), held.end()};
}

bool Oracle::Holds(uint8_t thread, Lock lock) const {
  const std::vector<Held>& held = threads_[thread].held;
  return std::any_of(held.begin(), held.end(),
                     [lock](const Held& one) { return one.lock == lock; });
}

// Of those taken here; or what anybody took last, who may have left it to us.
Oracle::Held* Oracle::NewestOf(uint8_t thread, Lock lock) {
  std::vector<Held>& held = threads_[thread].held;
  for (size_t i = held.size(); i-- > FirstOfMine(thread);) {
    if (held[i].lock == lock) return &held[i];
  }
  return !held.empty() && held.back().lock == lock ? &held.back() : nullptr;
}

void Oracle::Drop(uint8_t thread, Lock lock) {
  const Held* newest = NewestOf(thread, lock);
  std::vector<Held>& held = threads_[thread].held;
  held.erase(held.begin() + (newest - held.data()));
}

void Oracle::Tell(ViolationKind kind, ClassName name, Verdict& verdict) {
  const Finding finding{kind, name};
  if (std::find(told_.begin(), told_.end(), finding) != told_.end()) return;
  told_.push_back(finding);
  verdict.findings.push_back(finding);
}

}  // namespace lockdep::oracle
