// EXPECT: CLEAN
// WHY: one function makes both locks, but it is called from two places for two purposes: catalog is
// taken before the journal, by_name after it, and neither the other way round.

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

static void open_catalog(void) { catalog = wrapped_new(); }

static void open_by_name(void) { by_name = wrapped_new(); }

int main(void) {
  open_catalog();
  open_by_name();
  run_apart(refresh, replay);
  wrapped_free(catalog);
  wrapped_free(by_name);
  return 0;
}
