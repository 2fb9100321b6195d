// EXPECT: CLEAN
// WHY: what the handler locks nobody else does, and it cannot interrupt itself.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t of_main = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&of_handler);
  pthread_mutex_unlock(&of_handler);
}

int main(void) {
  signal(SIGUSR1, on_signal);
  for (int round = 0; round < 3; ++round) {
    pthread_mutex_lock(&of_main);
    raise(SIGUSR1);
    pthread_mutex_unlock(&of_main);
  }
  return 0;
}
