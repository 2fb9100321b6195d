// EXPECT: lock-order-inversion
// WHY: a thousand locks share the work of one, by the hash of a key; with one of them a thread
// takes the list's lock, and with the list's lock another thread takes one of them: when the keys
// fall on one lock, both wait.

#include <stdlib.h>

#include "apart.h"

enum { kStripes = 1000 };

static pthread_mutex_t* stripes;
static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;

static void take(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void store(void) { take(&stripes[500], &list); }
static void evict(void) { take(&list, &stripes[901]); }

int main(void) {
  stripes = malloc(kStripes * sizeof(*stripes));
  for (int i = 0; i < kStripes; ++i) pthread_mutex_init(&stripes[i], NULL);
  run_apart(store, evict);
  free(stripes);
  return 0;
}
