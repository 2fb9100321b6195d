// The preemption count: what the code runs in, as the kernel packs it.
//
// Source: linux v6.12 include/linux/preempt.h.

#ifndef SHIM_LINUX_PREEMPT_H_
#define SHIM_LINUX_PREEMPT_H_

#include <linux/kernel.h>

#define SOFTIRQ_OFFSET 0x100
#define SOFTIRQ_MASK 0xff00
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define HARDIRQ_OFFSET 0x10000
#define HARDIRQ_MASK 0xf0000

int preempt_count(void);
void preempt_count_set(int count);
void preempt_count_add(int count);
void preempt_count_sub(int count);

static inline void preempt_disable(void) { preempt_count_add(1); }
static inline void preempt_enable(void) { preempt_count_sub(1); }

static inline int softirq_count(void) { return preempt_count() & SOFTIRQ_MASK; }
static inline int hardirq_count(void) { return preempt_count() & HARDIRQ_MASK; }
static inline bool in_softirq(void) { return softirq_count() != 0; }
static inline bool in_irq(void) { return hardirq_count() != 0; }

#endif  // SHIM_LINUX_PREEMPT_H_
