// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: two semaphores are used as locks, in both orders, at the same time.

#include <semaphore.h>

#include "apart.h"

static sem_t a;
static sem_t b;

static void first(void) {
  sem_wait(&a);
  meet(2);
  sem_wait(&b);
}

static void second(void) {
  sem_wait(&b);
  meet(2);
  sem_wait(&a);
}

int main(void) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  run_apart(first, second);
  return 0;
}
