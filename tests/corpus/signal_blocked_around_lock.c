// EXPECT: CLEAN
// WHY: the handler takes the mutex, and main blocks the signal wherever it holds it.

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
  sigset_t usr1;
  sigset_t before;
  sigaction(SIGUSR1, &action, NULL);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  for (int round = 0; round < 3; ++round) {
    pthread_sigmask(SIG_BLOCK, &usr1, &before);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    raise(SIGUSR1);
  }
  return 0;
}
