// EXPECT: wait-while-holding
// WHY: the waiter keeps m while it waits for a post that is only made under m.

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
  pthread_mutex_lock(&m);
  sem_wait(&a);
  pthread_mutex_unlock(&m);
}

int main(void) {
  sem_init(&a, 0, 0);
  run_apart(first, second);
  return 0;
}
