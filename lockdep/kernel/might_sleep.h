// might_sleep() for functions of this layer that mean their caller's place.
//
// Thread safety: as might_sleep() (context.h).

#ifndef LOCKDEP_KERNEL_MIGHT_SLEEP_H_
#define LOCKDEP_KERNEL_MIGHT_SLEEP_H_

namespace lockdep::kernel {

// `ip`: a return address on the stack, as for lock_acquire().
void MightSleep(unsigned long ip);

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_MIGHT_SLEEP_H_
