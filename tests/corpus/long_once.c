// EXPECT: CLEAN
// WHY: what runs once takes long, and others wait for it, with a lock that it does not want.

#include "apart.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void initialise(void) { usleep(600 * 1000); }

static void first(void) { pthread_once(&once, initialise); }

static void second(void) {
  pthread_mutex_lock(&mutex);
  pthread_once(&once, initialise);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
