// EXPECT: lock-order-inversion
// WHY: two semaphores that start with 1 are used as locks, in both orders.

#include <semaphore.h>

#include "apart.h"

static sem_t a;
static sem_t b;

static void first(void) {
  sem_wait(&a);
  sem_wait(&b);
  sem_post(&b);
  sem_post(&a);
}

static void second(void) {
  sem_wait(&b);
  sem_wait(&a);
  sem_post(&a);
  sem_post(&b);
}

int main(void) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  run_apart(first, second);
  return 0;
}
