// A thread's interrupts as the kernel counts them, and as the engine's contexts.
//
// Thread safety: plain data of one thread.

#ifndef LOCKDEP_KERNEL_INTERRUPTS_H_
#define LOCKDEP_KERNEL_INTERRUPTS_H_

#include <cstdint>

#include "lockdep/context_state.h"
#include "lockdep/types.h"

namespace lockdep::kernel {

inline constexpr ContextSet kHardirq = 1;
inline constexpr ContextSet kSoftirq = 2;
// By bit.
inline constexpr const char* kContextNames[] = {"hardirq", "softirq"};

struct InterruptState {
  uint32_t hardirqs = 0;  // Handlers entered and not left.
  uint32_t softirqs = 0;
  bool hardirqs_on = true;
  bool softirqs_on = true;
  bool is_threaded = false;  // The hardirq that runs.

  // Source: linux v6.12 kernel/locking/lockdep.c, task_irq_context(),
  // mark_usage(), task_wait_context().
  constexpr ContextState ToContextState() const {
    ContextState state;
    if (hardirqs != 0) state.in |= kHardirq;
    if (softirqs != 0) state.in |= kSoftirq;
    if (hardirqs_on) state.enabled |= kHardirq;
    if (hardirqs_on && softirqs_on) state.enabled |= kSoftirq;
    if (hardirqs != 0) {
      state.wait_limit = is_threaded ? WaitType::kConfig : WaitType::kSpin;
    } else if (softirqs != 0) {
      state.wait_limit = WaitType::kConfig;
    }
    return state;
  }
};

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_INTERRUPTS_H_
