// EXPECT: CLEAN
// WHY: the last of three comes to the barrier after two seconds; until then all others wait.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void* work(void* late) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  for (int round = 0; round < 100; ++round) pthread_barrier_wait(&barrier);
  if (late != NULL) sleep(2);
  pthread_barrier_wait(&barrier);
  return NULL;
}

int main(void) {
  pthread_t threads[3];
  pthread_barrier_init(&barrier, NULL, 3);
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, work, i == 2 ? &barrier : NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&barrier);
  return 0;
}
