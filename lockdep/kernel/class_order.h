// The orders that classes have of their own (order.h), by class key.
//
// Thread safety: everything may be called by any thread; looking up takes no lock.
// Cost: a multiplication and one load for nearly every class that has none.

#ifndef LOCKDEP_KERNEL_CLASS_ORDER_H_
#define LOCKDEP_KERNEL_CLASS_ORDER_H_

#include <cstdint>

#include "lockdep/acquisition.h"
#include "lockdep/kernel/order.h"
#include "lockdep/thread_context.h"

namespace lockdep::kernel {

// Whether the thread holds locks of the class, and the class's order puts this
// one after all of them.
bool ComesAfterHeld(const lockdep_map& lock, const Acquisition& acquisition,
                    const ThreadContext& thread);

// The classes with keys in [first, first + count) have none any more.
void ForgetOrders(uint64_t first, uint64_t count);

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_CLASS_ORDER_H_
