// EXPECT: lock-order-inversion
// WHY: two named semaphores are used as locks, in both orders.

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>

#include "apart.h"

static sem_t* a;
static sem_t* b;

static sem_t* make(char letter) {
  char name[64];
  snprintf(name, sizeof(name), "/lockdep-corpus-%c-%d", letter, (int)getpid());
  sem_t* semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  sem_unlink(name);
  return semaphore;
}

static void first(void) {
  sem_wait(a);
  sem_wait(b);
  sem_post(b);
  sem_post(a);
}

static void second(void) {
  sem_wait(b);
  sem_wait(a);
  sem_post(a);
  sem_post(b);
}

int main(void) {
  a = make('a');
  b = make('b');
  if (a == SEM_FAILED || b == SEM_FAILED) return 1;
  run_apart(first, second);
  return 0;
}
