// The kinds of lock that the matrix has columns for, as one table: how each is
// made, taken, tried and released, whatever its own names for that are.
//
// The kernel's kinds are those of the shim, so that what the shim says of each
// primitive is tested twice; the others are the watched mutexes of lockdep/cxx.h.

#ifndef TESTS_SELFTEST_LOCK_KINDS_H_
#define TESTS_SELFTEST_LOCK_KINDS_H_

#include <stdbool.h>
#include <stddef.h>

#include "lockdep/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lock_kind {
  const char* name;
  // A lock of the class that `name` and `key` stand for, in memory of its own.
  void* (*make)(const char* name, struct lock_class_key* key);
  // Its memory ends.
  void (*destroy)(void* lock);
  void (*lock)(void* lock);
  bool (*try_lock)(void* lock);
  void (*unlock)(void* lock);
  // Null where the kind has no such operation.
  void (*lock_nested)(void* lock, unsigned int subclass);
  void (*lock_nest_lock)(void* lock, void* spinlock);
  void (*downgrade)(void* lock);
};

extern const struct lock_kind kernel_lock_kinds[];
extern const size_t kernel_lock_kind_count;

// The kinds that other locks of a program are of: "spinlock", "mutex", "raw_spinlock".
const struct lock_kind* kernel_lock_kind(const char* name);

// A thread's wound/wait context begins with its first such lock; this ends it.
void end_ww_context(void);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_SELFTEST_LOCK_KINDS_H_
