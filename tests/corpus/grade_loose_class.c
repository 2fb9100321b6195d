// EXPECT: CLEAN
// NOTE: lock-order-inversion weak-class
// OPTIONS: class_by=init-site
// WHY: catalog is taken before the journal, and another lock after it; that one function made both
// says little, and is all that makes them one class here.

#include "apart.h"
#include "wrapped_locks.h"

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t* catalog;
static pthread_mutex_t* by_name;

static void refresh(void) {
  wrapped_lock(catalog);
  wrapped_lock(&journal);
  wrapped_unlock(&journal);
  wrapped_unlock(catalog);
}

static void replay(void) {
  wrapped_lock(&journal);
  wrapped_lock(by_name);
  wrapped_unlock(by_name);
  wrapped_unlock(&journal);
}

int main(void) {
  catalog = wrapped_new();
  by_name = wrapped_new();
  run_apart(refresh, replay);
  wrapped_free(catalog);
  wrapped_free(by_name);
  return 0;
}
