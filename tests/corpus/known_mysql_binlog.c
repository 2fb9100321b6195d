// EXPECT: lock-order-inversion
// WHY: three paths of the server each take two of three locks, and together they close a ring.

#include "apart.h"

// After the shape of a MySQL bug: writing an event holds the log and asks for the
// index, rotating the logs holds the index and waits for the log.
static pthread_mutex_t lock_log = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_index = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_thread_count = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&lock_log);
  pthread_mutex_lock(&lock_index);
  pthread_mutex_unlock(&lock_index);
  pthread_mutex_unlock(&lock_log);
}

static void second(void) {
  pthread_mutex_lock(&lock_thread_count);
  pthread_mutex_lock(&lock_log);
  pthread_mutex_unlock(&lock_log);
  pthread_mutex_unlock(&lock_thread_count);
}

static void third(void) {
  pthread_mutex_lock(&lock_index);
  pthread_mutex_lock(&lock_thread_count);
  pthread_mutex_unlock(&lock_thread_count);
  pthread_mutex_unlock(&lock_index);
}

int main(void) {
  run_apart3(first, second, third);
  return 0;
}
