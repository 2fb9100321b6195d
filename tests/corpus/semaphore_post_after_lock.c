// EXPECT: CLEAN
// WHY: the waiter takes m only when its wait is over.

#include <semaphore.h>

#include "apart.h"

static sem_t a;
static sem_t b;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&m);
  sem_post(&a);
  pthread_mutex_unlock(&m);
}

static void second(void) {
  sem_wait(&a);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

int main(void) {
  sem_init(&a, 0, 0);
  run_apart(first, second);
  return 0;
}
