// EXPECT: lock-order-inversion
// WHY: account 0 is locked before journal 0, and journal 1 before account 1.

#include <pthread.h>
#include <stdlib.h>

#include "apart.h"

struct Account {
  long total;
  pthread_spinlock_t lock;
};

struct Journal {
  long lines;
  pthread_spinlock_t lock;
};

static struct Account* accounts[2];
static struct Journal* journals[2];

static void first(void) {
  pthread_spin_lock(&accounts[0]->lock);
  pthread_spin_lock(&journals[0]->lock);
  pthread_spin_unlock(&journals[0]->lock);
  pthread_spin_unlock(&accounts[0]->lock);
}

static void second(void) {
  pthread_spin_lock(&journals[1]->lock);
  pthread_spin_lock(&accounts[1]->lock);
  pthread_spin_unlock(&accounts[1]->lock);
  pthread_spin_unlock(&journals[1]->lock);
}

// The compiler must not unroll what makes them: each is made in one place.
static volatile int count = 2;

__attribute__((noinline)) static void open_account(int i) {
  accounts[i] = calloc(1, sizeof(*accounts[i]));
  pthread_spin_init(&accounts[i]->lock, 0);
  journals[i] = calloc(1, sizeof(*journals[i]));
  pthread_spin_init(&journals[i]->lock, 0);
}

int main(void) {
  for (int i = 0; i < count; ++i) open_account(i);
  run_apart(first, second);
  return 0;
}
