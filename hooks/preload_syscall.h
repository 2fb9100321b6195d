// How often threads waited on futexes of the program's own.
//
// Thread safety: a counter.

#ifndef LOCKDEP_HOOKS_PRELOAD_SYSCALL_H_
#define LOCKDEP_HOOKS_PRELOAD_SYSCALL_H_

#include <cstdint>

namespace lockdep::hooks {

uint64_t FutexWaits();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_PRELOAD_SYSCALL_H_
