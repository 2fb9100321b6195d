// EXPECT: CLEAN
// WHY: the handler only tries the mutex, and does without it if it is held.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  if (pthread_mutex_trylock(&mutex) == 0) pthread_mutex_unlock(&mutex);
}

int main(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  pthread_mutex_lock(&mutex);
  raise(SIGUSR1);
  pthread_mutex_unlock(&mutex);
  return 0;
}
