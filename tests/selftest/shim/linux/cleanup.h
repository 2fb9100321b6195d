// Scope-bound locks: guard(mutex)(&m) holds m to the end of the block.
//
// Source: linux v6.12 include/linux/cleanup.h.

#ifndef SHIM_LINUX_CLEANUP_H_
#define SHIM_LINUX_CLEANUP_H_

#define SHIM_JOIN_(a, b) a##b
#define SHIM_JOIN(a, b) SHIM_JOIN_(a, b)

#define guard(name)                                                            \
  __attribute__((cleanup(shim_guard_end_##name))) shim_guard_##name SHIM_JOIN( \
      shim_guard_of_line_, __COUNTER__) = shim_guard_begin_##name

#define DEFINE_LOCK_GUARD_0(name, lock_, unlock_)                               \
  typedef struct {                                                              \
    char unused;                                                                \
  } shim_guard_##name;                                                          \
  static inline shim_guard_##name shim_guard_begin_##name(void) {               \
    lock_;                                                                      \
    return (shim_guard_##name){0};                                              \
  }                                                                             \
  static inline void shim_guard_end_##name(shim_guard_##name* guard_of_scope) { \
    (void)guard_of_scope;                                                       \
    unlock_;                                                                    \
  }

#define DEFINE_LOCK_GUARD_1(name, type, lock_, unlock_)                         \
  typedef type* shim_guard_##name;                                              \
  static inline shim_guard_##name shim_guard_begin_##name(type* lock) {         \
    lock_(lock);                                                                \
    return lock;                                                                \
  }                                                                             \
  static inline void shim_guard_end_##name(shim_guard_##name* guard_of_scope) { \
    unlock_(*guard_of_scope);                                                   \
  }

#endif  // SHIM_LINUX_CLEANUP_H_
