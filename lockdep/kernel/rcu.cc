#include "lockdep/kernel/rcu.h"

#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

lockdep_map rcu_lock_map = {
    .name = "rcu_read_lock", .wait_type_outer = LD_WAIT_FREE, .wait_type_inner = LD_WAIT_CONFIG};
lockdep_map rcu_bh_lock_map = {
    .name = "rcu_read_lock_bh", .wait_type_outer = LD_WAIT_FREE, .wait_type_inner = LD_WAIT_CONFIG};
lockdep_map rcu_sched_lock_map = {.name = "rcu_read_lock_sched",
                                  .wait_type_outer = LD_WAIT_FREE,
                                  .wait_type_inner = LD_WAIT_SPIN};
lockdep_map rcu_callback_map = {.name = "rcu_callback"};

void lockdep_rcu_suspicious(const char* /*file*/, int /*line*/, const char* rule) {
  lockdep::ThreadContext* thread = lockdep::kernel::the_world.Current();
  if (thread == nullptr) return;
  lockdep::kernel::the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kRcuUsage,
                                                    nullptr, "data under RCU", rule,
                                                    LOCKDEP_KERNEL_SITE(0));
}
