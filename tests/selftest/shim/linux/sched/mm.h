#ifndef SHIM_LINUX_SCHED_MM_H_
#define SHIM_LINUX_SCHED_MM_H_

#include <linux/sched.h>

#include "lockdep/kernel/reclaim.h"

#endif  // SHIM_LINUX_SCHED_MM_H_
