// EXPECT: deadlock
// EXPECT: held-at-exit
// SAYS: waits for a mutex of thread 2
// SAYS: which has ended
// SAYS: has ended and left a locked, taken in forget() at deadlock_holder_ended.c:
// SAYS: waits for a in wait_for_ever() at deadlock_holder_ended.c:
// WHY: forget() ends with a locked, and wait_for_ever() wants a; main, which goes on with its own
// work, has nothing to do with it.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;

static void* forget(void* unused) {
  pthread_mutex_lock(&a);
  return unused;
}

static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, forget, NULL);
  pthread_join(threads[0], NULL);
  pthread_create(&threads[1], NULL, wait_for_ever, NULL);
  sleep(20);
  return 0;
}
