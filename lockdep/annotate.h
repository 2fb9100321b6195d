// For locks of a program's own: how a spinlock on atomics or a lock on a futex tells lockdep
// what it does.  C and C++; one file to copy, with no library to link: in a program that does
// not run under lockdep each call costs a look at a pointer.
//
//   void my_lock(struct my_lock* lock) {
//     lockdep_before_lock(lock, LOCKDEP_WRITE);
//     ...                                             // Wait for it.
//   }
//   int my_trylock(struct my_lock* lock) {
//     ...
//     if (got_it) lockdep_taken(lock, LOCKDEP_WRITE);
//   }
//   void my_unlock(struct my_lock* lock) {
//     lockdep_before_unlock(lock);
//     ...
//   }
//
// Thread safety: as the lock that is told of.  May be called in a signal handler.

#ifndef LOCKDEP_ANNOTATE_H_
#define LOCKDEP_ANNOTATE_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// How a lock is taken.
enum {
  LOCKDEP_WRITE = 0,
  LOCKDEP_READ = 1,            // Waits for writers, also for one that waits itself.
  LOCKDEP_READ_RECURSIVE = 2,  // Waits for a writer that has the lock only.
};

// What a lock is, for reports; for LOCKDEP_RECURSIVE, that its owner may take it again.
enum { LOCKDEP_MUTEX = 0, LOCKDEP_SPINLOCK = 1, LOCKDEP_RWLOCK = 2, LOCKDEP_RECURSIVE = 3 };

// What happened; the numbers are those of liblockdep_preload.so.
enum {
  LOCKDEP_CREATED = 0,
  LOCKDEP_DESTROYED = 1,
  LOCKDEP_BEFORE_LOCK = 2,
  LOCKDEP_NOT_TAKEN = 3,
  LOCKDEP_TAKEN = 4,
  LOCKDEP_BEFORE_UNLOCK = 5,
};

typedef void (*lockdep_annotation)(int event, const volatile void* lock, int how, const char* name);

extern void* dlsym(void* handle, const char* name)
#ifdef __cplusplus
#if __cplusplus >= 201103L
    noexcept
#else
    throw()
#endif
#endif
    ;

#ifdef __cplusplus
}
#endif

static inline void lockdep_nobody_listens_(int event, const volatile void* lock, int how,
                                           const char* name) {
  (void)event;
  (void)lock;
  (void)how;
  (void)name;
}

static inline void lockdep_annotate_(int event, const volatile void* lock, int how,
                                     const char* name) {
  static lockdep_annotation listener;
  lockdep_annotation found = __atomic_load_n(&listener, __ATOMIC_RELAXED);
  if (__builtin_expect(!found, 0)) {
    void* const symbol = dlsym(NULL, "lockdep_annotate");
    found = lockdep_nobody_listens_;
    if (symbol != NULL) __builtin_memcpy(&found, &symbol, sizeof(found));
    __atomic_store_n(&listener, found, __ATOMIC_RELAXED);
  }
  if (found != lockdep_nobody_listens_) found(event, lock, how, name);
}

// A lock begins.  Optional: one that is not told of begins when it is first taken.  Locks with
// the same name are one class; without one (NULL), those that were created over the same
// calls.  `name` must stay.
static inline void lockdep_created(const volatile void* lock, int kind, const char* name) {
  lockdep_annotate_(LOCKDEP_CREATED, lock, kind, name);
}

// It ends.  Needed where its memory is used again.
static inline void lockdep_destroyed(const volatile void* lock) {
  lockdep_annotate_(LOCKDEP_DESTROYED, lock, 0, NULL);
}

// The thread will wait until it has it.
static inline void lockdep_before_lock(const volatile void* lock, int how) {
  lockdep_annotate_(LOCKDEP_BEFORE_LOCK, lock, how, NULL);
}

// It gave up after lockdep_before_lock.
static inline void lockdep_not_taken(const volatile void* lock) {
  lockdep_annotate_(LOCKDEP_NOT_TAKEN, lock, 0, NULL);
}

// It has it, and would not have waited, or not for ever.
static inline void lockdep_taken(const volatile void* lock, int how) {
  lockdep_annotate_(LOCKDEP_TAKEN, lock, how, NULL);
}

static inline void lockdep_before_unlock(const volatile void* lock) {
  lockdep_annotate_(LOCKDEP_BEFORE_UNLOCK, lock, 0, NULL);
}

#endif  // LOCKDEP_ANNOTATE_H_
