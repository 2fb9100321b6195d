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
    case Op::kChangeClass:
      ChangeClass(step, verdict);
      break;
    case Op::kEndKeys:
      EndKeys(step, verdict);
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
  NoteUsagesOfHeld();
  verdict.interrupted = interruptions_.Settle();
  return verdict;
}

void Oracle::Acquire(const Step& step, Verdict& verdict) {
  Thread& thread = threads_[step.thread];
  const Held next{.lock = step.lock,
                  .name = NameOf(step.lock, step.subclass),
                  .mode = step.mode,
                  .trylock = step.trylock,
                  .checked = step.checked,
                  .nest = step.nest,
                  .context = thread.context};
  Prove(step.thread, next, verdict);
  if (step.op == Op::kAcquire) thread.held.push_back(next);
}

// What it means that the thread takes this upon what it holds.
void Oracle::Prove(uint8_t thread, const Held& next, Verdict& verdict) {
  if (HasEnded(next.name)) return;
  SeeClass(next.name);
  if (next.nest.has_value() && !Holds(thread, *next.nest)) {  // Rule 5.
    Tell(ViolationKind::kNestLockMissing, next.name, verdict);
  }
  CheckWait(thread, next, verdict);
  if (next.trylock || !next.checked) return;
  if (CheckRecursion(thread, next, verdict) == Recursion::kNone) {
    AddDependencies(thread, next, verdict);
  }
  NoteUsages(next.name, next.mode, true, next.context.in);
}

// Rule 10.  The lock, and what was taken after it, is taken again, each where it was.
void Oracle::ChangeClass(const Step& step, Verdict& verdict) {
  if (step.nest.has_value()) letters_[KeyOf(step.lock)] = NameOf(*step.nest).letter;
  Held* changed = NewestOf(step.thread, step.lock);
  if (changed == nullptr) {
    SeeClass(NameOf(step.lock));
    return Tell(ViolationKind::kInvalidLockState, NameOf(step.lock), verdict);
  }
  changed->name = NameOf(step.lock, step.subclass);
  std::vector<Held>& held = threads_[step.thread].held;
  const std::vector<Held> again(held.begin() + (changed - held.data()), held.end());
  held.resize(held.size() - again.size());
  for (const Held& next : again) {
    Prove(step.thread, next, verdict);
    if (next.checked && !HasEnded(next.name)) {
      NoteUsages(next.name, next.mode, false, next.context.enabled);
    }
    held.push_back(next);
  }
}

// Rule 8.  The keys go; what has them from now on is of new classes.
void Oracle::EndKeys(const Step& step, Verdict& verdict) {
  std::vector<Held>& held = threads_[step.thread].held;
  const auto ends = [&step](const Held& one) { return step.Ends(one.name.letter); };
  for (size_t i = held.size(); i-- > 0;) {
    if (ends(held[i])) Tell(ViolationKind::kHeldLockDestroyed, held[i].name, verdict);
  }
  std::erase_if(held, ends);
  for (uint8_t letter = 0; letter < kLetters; ++letter) ends_[letter] += step.Ends(letter);
  std::erase_if(seen_, [this](ClassName name) { return HasEnded(name); });
}

void Oracle::KeepOnly(const Relation& others) {
  dependencies_.KeepOnly(others);
  interruptions_.Forget([this](ClassName name) { return HasEnded(name); }, others);
}

// Rule 4.  The strictest lock held here, or the context, limits how others wait; an
// override stands for all before it.
void Oracle::CheckWait(uint8_t thread, const Held& next, Verdict& verdict) {
  const WaitType wait = world_.WaitOf(next.name);
  if (next.trylock || wait == WaitType::kUnchecked) return;
  WaitType limit = next.context.wait_limit;
  std::optional<ClassName> by;
  for (const Held& held : Mine(thread)) {
    const WaitType inner = world_.WaitOf(held.name);
    const bool overrides = world_.RoleOf(held.name) == LockRole::kWaitOverride;
    if (inner == WaitType::kUnchecked || (inner >= limit && !overrides)) continue;
    limit = inner;
    by = held.name;
  }
  const Wait told{next.name, by};
  if (wait <= limit ||
      std::find(told_waits_.begin(), told_waits_.end(), told) != told_waits_.end()) {
    return;
  }
  told_waits_.push_back(told);
  verdict.findings.push_back({ViolationKind::kInvalidWaitContext, next.name});
}

// Rule 3.  What waits somewhere is used there (Prove); whatever any thread holds is held
// while the contexts are enabled that are enabled for it now.
void Oracle::NoteUsagesOfHeld() {
  for (const Thread& thread : threads_) {
    for (const Held& held : thread.held) {
      if (!held.checked || HasEnded(held.name)) continue;
      NoteUsages(held.name, held.mode, false, thread.context.enabled);
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
  SeeClass(NameOf(step.lock));
  Tell(ViolationKind::kPinViolated, NameOf(step.lock), verdict);
}

void Oracle::Unpin(const Step& step, Verdict& verdict) {
  int& cookies = threads_[step.thread].cookies[KeyOf(step.lock)];
  const bool has_cookie = cookies != 0;
  if (has_cookie) --cookies;
  Held* held = NewestOf(step.thread, step.lock);
  if (held == nullptr) {
    SeeClass(NameOf(step.lock));
    return Tell(ViolationKind::kPinViolated, NameOf(step.lock), verdict);
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
Oracle::Recursion Oracle::CheckRecursion(uint8_t thread, const Held& next, Verdict& verdict) {
  bool nest_is_held = false;
  bool serialised = true;
  std::optional<Held> newest;
  const std::vector<Held>& all = threads_[thread].held;
  for (size_t i = 0; i < all.size(); ++i) {
    const Held& held = all[i];
    nest_is_held = nest_is_held || next.nest == held.lock;
    const bool reader_meets_reader =
        next.mode == ReadMode::kRecursiveRead && held.mode != ReadMode::kWrite;
    if (held.name != next.name || reader_meets_reader) continue;
    if (i < FirstOfMine(thread)) continue;
    newest = held;
    serialised = serialised && nest_is_held;
  }
  if (!newest.has_value()) return Recursion::kNone;
  if (serialised) return Recursion::kSerialised;
  const bool both_read = next.mode == ReadMode::kRead && newest->mode != ReadMode::kWrite;
  Tell(both_read ? ViolationKind::kReadRecursion : ViolationKind::kRecursiveLock, next.name,
       verdict);
  return Recursion::kNone;
}

// Rule 2.
void Oracle::AddDependencies(uint8_t thread, const Held& next, Verdict& verdict) {
  std::vector<Edge> added;
  for (const Held& held : Mine(thread)) {
    if (held.name == next.name || !held.checked || HasEnded(held.name)) continue;
    const Edge edge = MakeEdge(held.name, held.mode, next.name, next.mode);
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
  for (const Edge& edge : added) {
    if (world_.Orders(edge)) interruptions_.Add(edge, dependencies_.IsExcused(edge));
  }
}

// Rule 7.
void Oracle::Release(const Step& step, Verdict& verdict) {
  threads_[step.thread].cookies.erase(KeyOf(step.lock));
  if (const Held* held = NewestOf(step.thread, step.lock)) {
    if (held->pins != 0) Tell(ViolationKind::kPinViolated, held->name, verdict);
    return Drop(step.thread, step.lock);
  }
  const ClassName name = NameOf(step.lock);
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
  const ClassName name = held == nullptr ? NameOf(step.lock) : held->name;
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

ClassName Oracle::NameOf(Lock lock, uint8_t subclass) const {
  const auto moved = letters_.find(KeyOf(lock));
  const uint8_t letter = moved == letters_.end() ? lock.letter : moved->second;
  return {letter, subclass, ends_[letter]};
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
  const Edge edge{pair.from, pair.to, /*shared=*/false, /*recursive=*/false};
  if (world_.Orders(edge)) interruptions_.Add(edge, false);
}

size_t Oracle::FirstOfMine(uint8_t thread) const {
  const std::vector<Held>& held = threads_[thread].held;
  size_t first = held.size();
  while (first > 0 && held[first - 1].context.in == threads_[thread].context.in) --first;
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
