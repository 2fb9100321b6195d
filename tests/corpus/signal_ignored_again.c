// EXPECT: CLEAN
// WHY: the signal has no handler any more when main takes the mutex: it is ignored, then deadly.

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

int main(void) {
  signal(SIGUSR1, take_lock);
  raise(SIGUSR1);
  signal(SIGUSR1, SIG_IGN);
  lock_and_unlock();
  raise(SIGUSR1);
  signal(SIGUSR1, SIG_DFL);
  lock_and_unlock();
  return 0;
}
