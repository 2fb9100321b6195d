// EXPECT: lock-order-inversion
// WHY: account 0 is waited for before journal 0, and journal 1 before account 1; all start with 1.

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "apart.h"

struct Account {
  long total;
  sem_t lock;
};

struct Journal {
  long lines;
  sem_t lock;
};

static struct Account* accounts[2];
static struct Journal* journals[2];

static void first(void) {
  sem_wait(&accounts[0]->lock);
  sem_wait(&journals[0]->lock);
  sem_post(&journals[0]->lock);
  sem_post(&accounts[0]->lock);
}

static void second(void) {
  sem_wait(&journals[1]->lock);
  sem_wait(&accounts[1]->lock);
  sem_post(&accounts[1]->lock);
  sem_post(&journals[1]->lock);
}

int main(void) {
  for (int i = 0; i < 2; ++i) {
    accounts[i] = calloc(1, sizeof(*accounts[i]));
    sem_init(&accounts[i]->lock, 0, 1);
    journals[i] = calloc(1, sizeof(*journals[i]));
    sem_init(&journals[i]->lock, 0, 1);
  }
  run_apart(first, second);
  return 0;
}
