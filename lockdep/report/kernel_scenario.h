// How it comes to the deadlock, as the kernel draws it: a column for each CPU,
// time running down.
//
//        CPU0                    CPU1
//        ----                    ----
//   lock(B);
//                                lock(A);
//                                lock(B);
//   lock(A);
//
//  *** DEADLOCK ***
//
// Source: linux v6.12 kernel/locking/lockdep.c, print_circular_lock_scenario(),
// print_irq_lock_scenario(), print_usage_bug_scenario(),
// print_deadlock_scenario().

#ifndef LOCKDEP_REPORT_KERNEL_SCENARIO_H_
#define LOCKDEP_REPORT_KERNEL_SCENARIO_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

// Empty for kinds that are about no deadlock.  Where more than two classes make
// the cycle, the chain stands before it.
std::string KernelScenario(const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_KERNEL_SCENARIO_H_
