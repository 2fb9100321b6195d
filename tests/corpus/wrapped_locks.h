// Locks behind functions of a program's own, as portable libraries have them: every lock is
// made, taken and released in the same three places.

#ifndef LOCKDEP_TESTS_CORPUS_WRAPPED_LOCKS_H_
#define LOCKDEP_TESTS_CORPUS_WRAPPED_LOCKS_H_

#include <pthread.h>
#include <stdlib.h>

#define NOT_INLINED __attribute__((noinline))

NOT_INLINED static pthread_mutex_t* wrapped_new(void) {
  pthread_mutex_t* lock = (pthread_mutex_t*)malloc(sizeof(*lock));
  pthread_mutex_init(lock, NULL);
  return lock;
}

NOT_INLINED static void wrapped_free(pthread_mutex_t* lock) {
  pthread_mutex_destroy(lock);
  free(lock);
}

NOT_INLINED static void wrapped_lock(pthread_mutex_t* lock) { pthread_mutex_lock(lock); }

NOT_INLINED static void wrapped_unlock(pthread_mutex_t* lock) { pthread_mutex_unlock(lock); }

#endif  // LOCKDEP_TESTS_CORPUS_WRAPPED_LOCKS_H_
