// EXPECT: inconsistent-context
// WHY: the handler with SA_RESETHAND is still there when main takes the mutex that it takes.

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
  struct sigaction action = {.sa_handler = take_lock, .sa_flags = (int)SA_RESETHAND};
  sigaction(SIGUSR1, &action, NULL);
  lock_and_unlock();
  raise(SIGUSR1);
  return 0;
}
