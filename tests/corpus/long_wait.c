// EXPECT: CLEAN
// WHY: a thread holds the mutex for most of a second, and another one waits for it: slow, but it
// ends.

#include "apart.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&mutex);
  usleep(900 * 1000);
  pthread_mutex_unlock(&mutex);
}

static void second(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
