#include "hooks/step_notes.h"

#include "hooks/grading.h"
#include "hooks/lock_identity.h"
#include "hooks/session.h"

namespace lockdep::hooks {
namespace {

uint64_t Birth(const Segment* segment, ChainKey chain, uint64_t acquisitions) {
  const uint64_t key = NextChainKey(chain, reinterpret_cast<uintptr_t>(segment));
  return NextChainKey(key, acquisitions);
}

// Since the lock was initialised the thread has created no other and released nothing,
// and what it took it holds: it can have shown the object to nobody.
bool IsUnpublished(const ThreadState& thread, uint32_t index) {
  const ThreadContext& context = *thread.context;
  const HeldLock& held = context.held[index];
  if (!IsInLockTable(*held.lock) || RecordOf(*held.lock).birth == 0) return false;
  const uint64_t taken_upon = context.held.depth() - index;
  return RecordOf(*held.lock).birth ==
         Birth(thread.segment, held.previous_chain_key, context.acquisitions - taken_upon);
}

bool TellSteps(ThreadState& thread, const LockMap& next, ReadMode mode) {
  const HeldLocks& held = thread.context->held;
  bool is_settled = true;
  bool matters = false;
  session().validator().LockGraph();
  for (uint32_t i = held.floor(); i < held.depth(); ++i) {
    if (held[i].lock->key == next.key) continue;
    const Occurrence seen = DescribeStep(thread, i, mode);
    is_settled = is_settled && seen.harmless != Harmless::kUnpublished;
    matters = grading.Note({held[i].lock->key, next.key}, seen) || matters;
  }
  if (matters) session().TellAgain();
  session().validator().UnlockGraph();
  return is_settled;
}

void GiveUp() {
  session().validator().LockGraph();
  if (grading.GiveUp()) session().TellAgain();
  session().validator().UnlockGraph();
}

}  // namespace

uint64_t BirthOf(const ThreadState& thread) {
  return Birth(thread.segment, thread.context->chain_key, thread.context->acquisitions);
}

Occurrence DescribeStep(const ThreadState& thread, uint32_t index, ReadMode next_mode) {
  const HeldLocks& held = thread.context->held;
  Occurrence seen{.thread = thread.context->id,
                  .kinds = MaskOf(Classify(held[index].use.mode(), next_mode)),
                  .is_past = false,
                  .harmless = IsUnpublished(thread, index) ? Harmless::kUnpublished : Harmless::kNo,
                  .first = thread.segment,
                  .last = thread.segment,
                  .gates = {}};
  for (const HeldLock& gate : held) {
    if (CanBeGate(*gate.lock)) seen.gates.Add({gate.lock->key, gate.use.mode()});
  }
  return seen;
}

bool NoteSteps(ThreadState& thread, const LockMap& next, ReadMode mode) {
  const HeldLocks& held = thread.context->held;
  if (held.on_floor()) return true;
  const uint64_t key = NextChainKey(NextChainKey(thread.context->chain_key, next.key.value),
                                    static_cast<uint64_t>(mode));
  if (thread.known_steps.Contains(key)) return true;
  if (held.depth() > Grading::kMostHeld) {
    GiveUp();
  } else if (!TellSteps(thread, next, mode)) {
    return false;
  }
  thread.known_steps.Insert(key);
  return true;
}

void EnterSegment(ThreadState& thread, const Segment* segment) {
  thread.segment = segment;
  thread.known_nestings.Clear();
  thread.known_steps.Clear();
  thread.known_taken.Clear();
  thread.steps.Forget();
  if (thread_slot.state == &thread) thread_slot.steps = thread.steps.table();
}

}  // namespace lockdep::hooks
