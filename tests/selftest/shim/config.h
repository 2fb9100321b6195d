// The configuration that the suite is compiled for: that of the kernel whose run
// made expected.tsv, as far as locks are concerned.

#ifndef SHIM_CONFIG_H_
#define SHIM_CONFIG_H_

#define CONFIG_SMP 1
#define CONFIG_LOCKDEP 1
#define CONFIG_PROVE_LOCKING 1
#define CONFIG_PROVE_RAW_LOCK_NESTING 1
#define CONFIG_DEBUG_LOCK_ALLOC 1
#define CONFIG_DEBUG_MUTEXES 1
#define CONFIG_DEBUG_LOCKING_API_SELFTESTS 1
#define CONFIG_QUEUED_RWLOCKS 1
#define CONFIG_RT_MUTEXES 1
#define CONFIG_TRACE_IRQFLAGS 1

#endif  // SHIM_CONFIG_H_
