// EXPECT: deadlock
// EXPECT: held-at-exit
// SAYS: waits for a spinlock of thread 2
// WHY: forget() ends with the spinlock, and spin() turns round and round.

#include <pthread.h>
#include <unistd.h>

static pthread_spinlock_t lock;

static void* forget(void* unused) {
  pthread_spin_lock(&lock);
  return unused;
}

static void* spin(void* unused) {
  pthread_spin_lock(&lock);
  pthread_spin_unlock(&lock);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_create(&threads[0], NULL, forget, NULL);
  pthread_join(threads[0], NULL);
  pthread_create(&threads[1], NULL, spin, NULL);
  sleep(20);
  return 0;
}
