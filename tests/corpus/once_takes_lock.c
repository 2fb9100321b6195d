// EXPECT: wait-while-holding
// WHY: the initialiser takes config, and elsewhere config is held when the initialiser may have
// to be waited for.

#include "apart.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t config = PTHREAD_MUTEX_INITIALIZER;

static void initialise(void) {
  pthread_mutex_lock(&config);
  pthread_mutex_unlock(&config);
}

static void first(void) { pthread_once(&once, initialise); }

static void second(void) {
  pthread_mutex_lock(&config);
  pthread_once(&once, initialise);
  pthread_mutex_unlock(&config);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
