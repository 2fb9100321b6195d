// EXPECT: deadlock
// EXPECT: lock-order-inversion
// SAYS: waits for an annotated lock of thread
// WHY: each thread holds one spinlock of the program's own and turns round the other one for ever,
// while main goes on.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock a;
static struct own_spinlock b;

static void* first(void* unused) {
  own_spin_lock(&a);
  meet(2);
  own_spin_lock(&b);
  return unused;
}

static void* second(void* unused) {
  own_spin_lock(&b);
  meet(2);
  own_spin_lock(&a);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  sleep(20);
  return 0;
}
