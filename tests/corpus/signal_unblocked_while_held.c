// EXPECT: inconsistent-context
// WHY: main blocks the signal to take the mutex, and unblocks it while it still holds it.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  sigset_t usr1;
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, NULL);
  pthread_mutex_lock(&mutex);
  sigprocmask(SIG_UNBLOCK, &usr1, NULL);
  pthread_mutex_unlock(&mutex);
  return 0;
}
