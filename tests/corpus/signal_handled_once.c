// EXPECT: CLEAN
// WHY: with SA_RESETHAND the handler is gone after the first signal, before main takes the mutex.

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
  raise(SIGUSR1);
  lock_and_unlock();
  return 0;
}
