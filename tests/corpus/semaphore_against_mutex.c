// EXPECT: lock-order-inversion
// WHY: a semaphore used as a lock is taken under a mutex, and the mutex under it.

#include <semaphore.h>

#include "apart.h"

static sem_t a;
static sem_t b;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  sem_wait(&a);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  sem_post(&a);
}

static void second(void) {
  pthread_mutex_lock(&m);
  sem_wait(&a);
  sem_post(&a);
  pthread_mutex_unlock(&m);
}

int main(void) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  run_apart(first, second);
  return 0;
}
