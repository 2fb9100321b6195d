// EXPECT: lock-order-inversion
// SAYS: "mutex in object allocated in new_account() at named_by_allocation.c:21 +24"
// SAYS: "mutex in object allocated in new_journal() at named_by_allocation.c:23 +8"
// WHY: the locks are zeroed memory at 24 and at 8 bytes of what calloc gave, and never initialised
// by a call; two threads take them in both orders.

#include <stdlib.h>

#include "apart.h"

struct account {
  long number[3];
  pthread_mutex_t mutex;
};

struct journal {
  long lines;
  pthread_mutex_t mutex;
};

static struct account* new_account(void) { return calloc(1, sizeof(struct account)); }

static struct journal* new_journal(void) { return calloc(1, sizeof(struct journal)); }

static struct account* account;
static struct journal* journal;

static void take(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void transfer(void) { take(&account->mutex, &journal->mutex); }
static void audit(void) { take(&journal->mutex, &account->mutex); }

int main(void) {
  account = new_account();
  journal = new_journal();
  run_apart(transfer, audit);
  return 0;
}
