// The smallest host in C: two locks, taken in both orders.  Exits with 0 if
// exactly one lock-order inversion was heard of.

#include <stdio.h>
#include <string.h>

#include "lockdep/kernel.h"

static struct lockdep_map a = STATIC_LOCKDEP_MAP_INIT("a", &a);
static struct lockdep_map b = STATIC_LOCKDEP_MAP_INIT("b", &b);

static int heard;
static int inversions;

static void hear(const struct lockdep_finding* finding, void* data) {
  (void)data;
  printf("heard: %s\n", finding->kind);
  ++heard;
  if (strcmp(finding->kind, "lock-order-inversion") == 0) ++inversions;
}

static void take_both(struct lockdep_map* outer, struct lockdep_map* inner) {
  lock_map_acquire(outer);
  lock_map_acquire(inner);
  lock_map_release(inner);
  lock_map_release(outer);
}

int main(void) {
  lockdep_on_finding(hear, NULL);
  take_both(&a, &b);
  const int quiet_before = heard == 0;
  take_both(&b, &a);
  return quiet_before && heard == 1 && inversions == 1 && !debug_locks ? 0 : 1;
}
