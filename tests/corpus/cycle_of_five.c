// EXPECT: lock-order-inversion
// WHY: philosophers: each of five threads takes its fork and the next; the last closes the ring.

#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

enum { kLocks = 5 };
static pthread_mutex_t locks[kLocks];

static void take(int first, int second) {
  pthread_mutex_lock(&locks[first]);
  pthread_mutex_lock(&locks[second]);
  pthread_mutex_unlock(&locks[second]);
  pthread_mutex_unlock(&locks[first]);
}

static void* step(void* number) {
  const int i = (int)(intptr_t)number;
  usleep((useconds_t)i * 5000);
  take(i, (i + 1) % kLocks);
  return NULL;
}

int main(void) {
  pthread_t threads[kLocks];
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  for (int i = 0; i < kLocks; ++i) pthread_create(&threads[i], NULL, step, (void*)(intptr_t)i);
  for (int i = 0; i < kLocks; ++i) pthread_join(threads[i], NULL);
  return 0;
}
