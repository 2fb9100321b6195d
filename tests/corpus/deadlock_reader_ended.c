// EXPECT: deadlock
// EXPECT: held-at-exit
// SAYS: waits for a rwlock of thread 2
// WHY: forget() ends as a reader of the rwlock, so nobody will ever write it.

#include <pthread.h>
#include <unistd.h>

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void* forget(void* unused) {
  pthread_rwlock_rdlock(&rwlock);
  return unused;
}

static void* write_it(void* unused) {
  pthread_rwlock_wrlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, forget, NULL);
  pthread_join(threads[0], NULL);
  pthread_create(&threads[1], NULL, write_it, NULL);
  sleep(20);
  return 0;
}
