// EXPECT: lock-order-inversion
// WHY: transfer() takes the lock of an account before that of its journal, audit() that of a
// journal before that of its account; that they do so with other accounts here is chance.

#include <stdlib.h>

#include "apart.h"

struct journal {
  long lines;
  pthread_mutex_t mutex;
};

struct account {
  struct journal* journal;
  pthread_mutex_t mutex;
};

static struct account* accounts[2];

static struct account* new_account(void) {
  struct account* account = malloc(sizeof(*account));
  account->journal = malloc(sizeof(*account->journal));
  pthread_mutex_init(&account->mutex, NULL);
  pthread_mutex_init(&account->journal->mutex, NULL);
  return account;
}

static void take(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void transfer(void) { take(&accounts[0]->mutex, &accounts[0]->journal->mutex); }
static void audit(void) { take(&accounts[1]->journal->mutex, &accounts[1]->mutex); }

int main(void) {
  for (int i = 0; i < 2; ++i) accounts[i] = new_account();
  run_apart(transfer, audit);
  return 0;
}
