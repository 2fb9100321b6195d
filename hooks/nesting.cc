#include "hooks/nesting.h"

#include <span>

#include "hooks/grading.h"
#include "hooks/session.h"
#include "hooks/step_notes.h"

namespace lockdep::hooks {
namespace {

bool Blocks(const HeldLock& held, const LockMap& next, ReadMode mode) {
  return held.lock->key == next.key && (!held.use.reads() || mode != ReadMode::kRecursiveRead);
}

ViolationEdge ToStep(const Nesting& nesting, ClassId class_id) {
  return {.from = class_id,
          .to = class_id,
          .from_mode = nesting.from_mode,
          .to_mode = nesting.to_mode,
          .thread = nesting.thread,
          .from_lock = nesting.from->map.address,
          .to_lock = nesting.to->map.address,
          .from_stack = nesting.from_stack,
          .to_stack = nesting.to_stack,
          .declaration = nullptr};
}

void Tell(ThreadState& thread, std::span<const Nesting> cycle, const HeldLock& newest) {
  ScratchArray<ViolationEdge, 16> steps;
  if (!steps.Make(cycle.size())) return;
  for (size_t i = 0; i < cycle.size(); ++i) steps[i] = ToStep(cycle[i], newest.use.class_id());
  const ViolationEdge& closing = steps.items().back();
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  violation.lock = {closing.to, closing.to_mode, closing.to_lock, closing.to_stack};
  violation.edges = steps.items();
  session().engine().Report(*thread.context, violation, newest.site());
}

// Tells this nesting of these two locks, in this order and these modes, from all others.
uint64_t KeyOf(const HeldLock& held, const HeldLock& newest) {
  uint64_t key = NextChainKey(kEmptyChainKey, RecordOf(*held.lock).number);
  key = NextChainKey(key, RecordOf(*newest.lock).number);
  return NextChainKey(key, static_cast<uint64_t>(Classify(held.use.mode(), newest.use.mode())));
}

// The first time that this thread nests these two.
void Check(ThreadState& thread, uint32_t index, const HeldLock& newest) {
  const HeldLock& held = thread.context->held[index];
  Validator& validator = session().validator();
  const Validator::StepStacks stacks =
      session().engine().KeepStacks(*thread.context, held, newest.site());
  const Nesting nesting{.from = &RecordOf(*held.lock),
                        .to = &RecordOf(*newest.lock),
                        .from_mode = held.use.mode(),
                        .to_mode = newest.use.mode(),
                        .thread = thread.context->id,
                        .from_stack = stacks.from,
                        .to_stack = stacks.to};
  InstanceOrder::Cycle cycle;
  validator.LockGraph();
  const DependencyName name = {InstanceKey(nesting.from->number), InstanceKey(nesting.to->number)};
  const bool matters = grading.Note(name, DescribeStep(thread, index, newest.use.mode()));
  const bool contradicts = session().instance_order().Add(nesting, &cycle);
  if (matters) session().TellAgain();
  validator.UnlockGraph();
  if (contradicts) Tell(thread, cycle.items(), newest);
}

}  // namespace

bool IsNestedInClass(const ThreadContext& context, const Acquisition& acquisition) {
  bool is_nested = false;
  if (acquisition.trylock == TryLock::kYes) return false;
  for (const HeldLock& held : context.held) {
    if (held.lock == acquisition.lock) return false;
    is_nested = is_nested || Blocks(held, *acquisition.lock, acquisition.mode);
  }
  return is_nested;
}

void CheckNestings(ThreadState& thread) {
  const HeldLocks& held = thread.context->held;
  const HeldLock newest = held[held.depth() - 1];
  for (uint32_t i = 0; i + 1 < held.depth(); ++i) {
    if (!Blocks(held[i], *newest.lock, newest.use.mode())) continue;
    const uint64_t key = KeyOf(held[i], newest);
    if (thread.known_nestings.Contains(key)) continue;
    Check(thread, i, newest);
    thread.known_nestings.Insert(key);
  }
}

}  // namespace lockdep::hooks
