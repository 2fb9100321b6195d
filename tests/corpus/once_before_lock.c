// EXPECT: CLEAN
// WHY: everybody initialises before they take config.

#include "apart.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t config = PTHREAD_MUTEX_INITIALIZER;

static void initialise(void) {
  pthread_mutex_lock(&config);
  pthread_mutex_unlock(&config);
}

static void use(void) {
  pthread_once(&once, initialise);
  pthread_mutex_lock(&config);
  pthread_mutex_unlock(&config);
}

int main(void) {
  run_apart(use, use);
  return 0;
}
