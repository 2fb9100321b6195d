// EXPECT: read-recursion
// WHY: where writers go first, the second read waits behind a writer that waits for the first.

#include "apart.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t b = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void first(void) {
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&a);
}

static void second(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
