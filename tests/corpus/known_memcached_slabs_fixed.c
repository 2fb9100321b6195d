// EXPECT: CLEAN
// WHY: the rebalancer only tries for the item, and passes it over when it is busy.

#include "apart.h"

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
  if (pthread_mutex_trylock(&item_lock) == 0) pthread_mutex_unlock(&item_lock);
  pthread_mutex_unlock(&slabs_lock);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
