// EXPECT: held-at-exit
// EXPECT: unlock-unheld
// WHY: main releases in the place of the reader that has ended, so that the writer waits for a
// reader that still runs, and gets the lock.

#include "apart.h"

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void* forget(void* unused) {
  pthread_rwlock_rdlock(&rwlock);
  return unused;
}

static void read_for_long(void) {
  pthread_rwlock_rdlock(&rwlock);
  usleep(900 * 1000);
  pthread_rwlock_unlock(&rwlock);
}

static void write_it(void) {
  pthread_rwlock_wrlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, forget, NULL);
  pthread_join(thread, NULL);
  pthread_rwlock_unlock(&rwlock);
  run_apart(read_for_long, write_it);
  return 0;
}
