// EXPECT: unlock-by-other-thread
// WHY: a mutex belongs to the thread that locked it; the second thread releases it for the first.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&a);
  usleep(200 * 1000);
}

static void second(void) { pthread_mutex_unlock(&a); }

static void* late(void* function) {
  usleep(100 * 1000);
  ((void (*)(void))function)();
  return NULL;
}

static void* at_once(void* function) {
  ((void (*)(void))function)();
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, at_once, first);
  pthread_create(&threads[1], NULL, late, second);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
