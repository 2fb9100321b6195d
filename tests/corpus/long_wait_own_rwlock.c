// EXPECT: lock-order-inversion
// WHY: both threads read the rwlock of the program's own at once, and the second one waits for the
// mutex of the first meanwhile: slow, but it ends.  With a writer between them it would not.

#include "../../lockdep/annotate.h"
#include "apart.h"

static int readers;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void begin_to_read(void) {
  lockdep_before_lock(&readers, LOCKDEP_READ);
  __atomic_add_fetch(&readers, 1, __ATOMIC_ACQUIRE);  // There is no writer.
}

static void end_to_read(void) {
  lockdep_before_unlock(&readers);
  __atomic_sub_fetch(&readers, 1, __ATOMIC_RELEASE);
}

static void first(void) {
  pthread_mutex_lock(&mutex);
  begin_to_read();
  usleep(900 * 1000);
  end_to_read();
  pthread_mutex_unlock(&mutex);
}

static void second(void) {
  begin_to_read();
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  end_to_read();
}

int main(void) {
  run_apart(first, second);
  return 0;
}
