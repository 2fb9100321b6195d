// EXPECT: inconsistent-context
// WHY: the worker runs already when the handler is installed, which takes the worker's mutex.

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void* work(void* unused) {
  for (int i = 0; i < 20; ++i) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    usleep(10 * 1000);
  }
  return unused;
}

int main(void) {
  sigset_t usr1;
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  usleep(50 * 1000);
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &usr1, NULL);
  pthread_join(thread, NULL);
  return 0;
}
