#include "lockdep/kernel/context.h"

#include "lockdep/kernel/interrupts.h"
#include "lockdep/kernel/might_sleep.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

using lockdep::CallSite;
using lockdep::ThreadContext;
using lockdep::kernel::InterruptState;
using lockdep::kernel::the_thread;
using lockdep::kernel::the_world;

namespace {

// Changes this thread's state and tells the engine.
template <typename Change>
void Update(const CallSite& site, const Change& change) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  change(the_thread.interrupts);
  the_world.validator().SetContexts(*thread, the_thread.interrupts.ToContextState(), site);
}

}  // namespace

void lockdep::kernel::MightSleep(unsigned long ip) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  the_world.validator().CheckWait(*thread, WaitType::kSleep, LOCKDEP_KERNEL_SITE(ip));
}

void lockdep_hardirqs_on_prepare() {}

void lockdep_hardirqs_on(unsigned long ip) {
  const CallSite site = LOCKDEP_KERNEL_SITE(ip);
  if (the_thread.interrupts.hardirqs != 0) {
    lockdep_report_broken_rule(nullptr, "hardirqs stay off inside a hardirq", site.pcs[0]);
    return;
  }
  Update(site, [](InterruptState& state) { state.hardirqs_on = true; });
}

void lockdep_hardirqs_off(unsigned long ip) {
  Update(LOCKDEP_KERNEL_SITE(ip), [](InterruptState& state) { state.hardirqs_on = false; });
}

void lockdep_softirqs_on(unsigned long ip) {
  Update(LOCKDEP_KERNEL_SITE(ip), [](InterruptState& state) { state.softirqs_on = true; });
}

void lockdep_softirqs_off(unsigned long ip) {
  Update(LOCKDEP_KERNEL_SITE(ip), [](InterruptState& state) { state.softirqs_on = false; });
}

void lockdep_hardirq_enter() {
  Update(LOCKDEP_KERNEL_SITE(0), [](InterruptState& state) {
    ++state.hardirqs;
    state.is_threaded = state.is_threaded && state.hardirqs > 1;
  });
}

void lockdep_hardirq_exit() {
  Update(LOCKDEP_KERNEL_SITE(0), [](InterruptState& state) {
    if (state.hardirqs != 0) --state.hardirqs;
  });
}

void lockdep_hardirq_threaded() {
  Update(LOCKDEP_KERNEL_SITE(0), [](InterruptState& state) { state.is_threaded = true; });
}

void lockdep_softirq_enter() {
  Update(LOCKDEP_KERNEL_SITE(0), [](InterruptState& state) { ++state.softirqs; });
}

void lockdep_softirq_exit() {
  Update(LOCKDEP_KERNEL_SITE(0), [](InterruptState& state) {
    if (state.softirqs != 0) --state.softirqs;
  });
}

bool lockdep_hardirqs_enabled() { return the_thread.interrupts.hardirqs_on; }
bool lockdep_softirqs_enabled() { return the_thread.interrupts.softirqs_on; }
bool lockdep_hardirq_context() { return the_thread.interrupts.hardirqs != 0; }
bool lockdep_softirq_context() { return the_thread.interrupts.softirqs != 0; }

void might_sleep() { lockdep::kernel::MightSleep(_RET_IP_); }
