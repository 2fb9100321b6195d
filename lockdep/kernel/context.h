// Where a thread runs, and what may interrupt it: the kernel's hardirqs and
// softirqs.  A host without interrupts need not say anything.
//
// A class that is taken in a hardirq must not be held while hardirqs are on, nor
// be what such a lock waits for (inconsistent-context, context-inversion); the
// same goes for softirqs.  What a program means by the two is its own affair: a
// callback that may come between any two instructions is a hardirq.
//
// Each thread has this state for itself; it begins with both on, outside of both.
//
// Source: linux v6.12 include/linux/irqflags.h, lockdep.h;
// kernel/locking/lockdep.c, lockdep_hardirqs_on(), task_wait_context().

#ifndef LOCKDEP_KERNEL_CONTEXT_H_
#define LOCKDEP_KERNEL_CONTEXT_H_

#include <stdbool.h>

#include "lockdep/kernel/assert.h"

#ifdef __cplusplus
extern "C" {
#endif

// Hardirqs are about to be on, or are off now.  They do not nest.  Reported
// (invalid-lock-state): switching them on inside a hardirq; nothing changes then.
// While they are off, softirqs cannot come either.
void lockdep_hardirqs_on_prepare(void);
void lockdep_hardirqs_on(unsigned long ip);
void lockdep_hardirqs_off(unsigned long ip);
#define trace_hardirqs_on() lockdep_hardirqs_on(_THIS_IP_)
#define trace_hardirqs_off() lockdep_hardirqs_off(_THIS_IP_)

void lockdep_softirqs_on(unsigned long ip);
void lockdep_softirqs_off(unsigned long ip);

// The thread runs a handler; these nest.  Leaving one that was not entered
// changes nothing.
void lockdep_hardirq_enter(void);
void lockdep_hardirq_exit(void);
void lockdep_softirq_enter(void);
void lockdep_softirq_exit(void);

// The hardirq that was entered last is one that a preemptible kernel runs in a
// thread: spinlocks (LD_WAIT_CONFIG) may be taken in it, not only raw ones.
void lockdep_hardirq_threaded(void);

bool lockdep_hardirqs_enabled(void);
bool lockdep_softirqs_enabled(void);
bool lockdep_hardirq_context(void);
bool lockdep_softirq_context(void);

// Findings of kind invalid-lock-state where they do not hold.
#define lockdep_assert_irqs_enabled() \
  lockdep_assert_context_(lockdep_hardirqs_enabled(), "lockdep_assert_irqs_enabled()")
#define lockdep_assert_irqs_disabled() \
  lockdep_assert_context_(!lockdep_hardirqs_enabled(), "lockdep_assert_irqs_disabled()")
#define lockdep_assert_in_irq() \
  lockdep_assert_context_(lockdep_hardirq_context(), "lockdep_assert_in_irq()")
#define lockdep_assert_in_softirq()                                                \
  lockdep_assert_context_(lockdep_softirq_context() && !lockdep_hardirq_context(), \
                          "lockdep_assert_in_softirq()")
#define lockdep_assert_no_hardirq()                                                 \
  lockdep_assert_context_(!lockdep_hardirq_context() && lockdep_hardirqs_enabled(), \
                          "lockdep_assert_no_hardirq()")
#define lockdep_assert_context_(condition, rule) ((void)lockdep_warn_on_(!(condition), NULL, rule))

// The thread may sleep here.  Reported (invalid-wait-context): it holds a lock, or
// runs in a context, that does not allow it.
void might_sleep(void);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_CONTEXT_H_
