// EXPECT: inconsistent-context
// WHY: the handler that takes the mutex was replaced, but is back when main takes it.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_and_unlock(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void take_lock(int number) {
  (void)number;
  lock_and_unlock();
}

static void do_nothing(int number) { (void)number; }

int main(void) {
  signal(SIGUSR1, take_lock);
  raise(SIGUSR1);
  signal(SIGUSR1, do_nothing);
  raise(SIGUSR1);
  signal(SIGUSR1, take_lock);
  lock_and_unlock();
  return 0;
}
