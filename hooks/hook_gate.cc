// The gate of a hook, where it is not simply open.

#include "hooks/hook_scope.h"
#include "hooks/lifecycle.h"
#include "hooks/session.h"

namespace lockdep::hooks {
namespace {

// What the kernel puts on the stack for a handler has at least the red zone, the
// floating point state of fxsave, and 440 bytes (struct rt_sigframe) on x86-64.
constexpr uintptr_t kLeastSignalFrame = 1024;

}  // namespace

// Whether the hook that closed the gate was jumped out of: its return address is
// not there any more.  A call from as far out on the same stack proves it too,
// and once we have started, when nobody calls hooks on our behalf, so does one
// from so near that no signal came between.
bool HookScope::IsAbandoned() const {
  const uintptr_t open = thread_slot.gate & ~uintptr_t{1};
  if (!IsOnOwnStack(open)) return false;
  if (reinterpret_cast<const uintptr_t*>(open)[1] != thread_slot.gate_pc) return true;
  const uintptr_t near = CurrentStage() == Stage::kActive ? kLeastSignalFrame : 0;
  return IsOnOwnStack(caller_.frame) && caller_.frame + near >= open;
}

__attribute__((noinline)) bool HookScope::EnterSlow() {
  if (thread_slot.gate != kNoGate && !IsAbandoned()) return false;
  if (thread_slot.has_ended) return false;
  // Before the gate closes: without the bounds a jump out of it would never be noticed.
  NoteOwnStack();
  CloseGate(caller_);
  const bool active = EnsureActive() && (thread_slot.state != nullptr || AttachThread() != nullptr);
  if (active) {
    if (thread_slot.work_is_due) DoDueWork();
    if (AreContextsDue()) TellContexts(caller_);
    return true;
  }
  OpenGate(kNoGate);
  return false;
}

__attribute__((noinline)) void HookScope::DoDueWork() {
  thread_slot.work_is_due = false;
  session().DoDueWork();
}

}  // namespace lockdep::hooks
