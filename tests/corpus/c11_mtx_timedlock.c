// EXPECT: CLEAN
// WHY: who takes them the other way round waits for a limited time only.

#include <threads.h>
#include <time.h>

#include "apart.h"

static mtx_t a;
static mtx_t b;

static void first(void) {
  mtx_lock(&a);
  mtx_lock(&b);
  mtx_unlock(&b);
  mtx_unlock(&a);
}

static void second(void) {
  const struct timespec past = {0, 0};
  mtx_lock(&b);
  if (mtx_timedlock(&a, &past) == thrd_success) mtx_unlock(&a);
  mtx_unlock(&b);
}

int main(void) {
  mtx_init(&a, mtx_timed);
  mtx_init(&b, mtx_timed);
  run_apart(first, second);
  return 0;
}
