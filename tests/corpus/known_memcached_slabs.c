// EXPECT: lock-order-inversion
// WHY: the rebalancer waits for an item while it holds the slabs, a request for the slabs while
// it holds its item.

#include "apart.h"

// After the shape of memcached's rebalancer: it holds the slabs and tries for items,
// while a request holds its item and takes the slabs.
static pthread_mutex_t item_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t slabs_lock = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&item_lock);
  pthread_mutex_lock(&slabs_lock);
  pthread_mutex_unlock(&slabs_lock);
  pthread_mutex_unlock(&item_lock);
}

static void second(void) {
  pthread_mutex_lock(&slabs_lock);
  pthread_mutex_lock(&item_lock);
  pthread_mutex_unlock(&item_lock);
  pthread_mutex_unlock(&slabs_lock);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
