// Interrupts on and off, and the ways into them.
//
// Source: linux v6.12 include/linux/irqflags.h, hardirq.h, bottom_half.h.

#ifndef SHIM_LINUX_IRQFLAGS_H_
#define SHIM_LINUX_IRQFLAGS_H_

#include <linux/lockdep.h>
#include <linux/preempt.h>

bool irqs_disabled(void);
void local_irq_disable(void);
void local_irq_enable(void);

void local_bh_disable(void);
void local_bh_enable(void);

void __irq_enter(void);
void __irq_exit(void);

#endif  // SHIM_LINUX_IRQFLAGS_H_
