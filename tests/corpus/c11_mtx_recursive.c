// EXPECT: CLEAN
// WHY: a recursive C11 mutex may be taken again by its owner.

#include <threads.h>

#include "apart.h"

static mtx_t a;
static mtx_t b;

static void first(void) {
  mtx_lock(&a);
  mtx_lock(&a);
  mtx_lock(&b);
  mtx_unlock(&b);
  mtx_unlock(&a);
  mtx_unlock(&a);
}

static void second(void) {
  mtx_lock(&a);
  mtx_lock(&b);
  mtx_unlock(&b);
  mtx_unlock(&a);
}

int main(void) {
  mtx_init(&a, mtx_plain | mtx_recursive);
  mtx_init(&b, mtx_plain);
  run_apart(first, second);
  return 0;
}
