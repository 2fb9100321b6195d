// EXPECT: inconsistent-context
// WHY: the handler takes the mutex, and main holds it where the signal may come.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  raise(SIGUSR1);
  return 0;
}
