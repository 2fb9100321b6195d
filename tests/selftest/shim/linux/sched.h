#ifndef SHIM_LINUX_SCHED_H_
#define SHIM_LINUX_SCHED_H_

#include <linux/preempt.h>

struct task_struct {
  int softirqs_enabled;  // Written by the suite and read by nobody: preempt_count_set() does it.
};

extern _Thread_local struct task_struct shim_current;
#define current (&shim_current)

static inline void lockdep_set_selftest_task(struct task_struct* task) { (void)task; }

#endif  // SHIM_LINUX_SCHED_H_
