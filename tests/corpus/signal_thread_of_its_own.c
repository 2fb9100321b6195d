// EXPECT: CLEAN
// WHY: only main lets the signal come, which takes no lock; the workers block it.

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
  for (int i = 0; i < 1000; ++i) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

int main(void) {
  sigset_t usr1;
  pthread_t threads[2];
  signal(SIGUSR1, on_signal);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &usr1, NULL);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, NULL);
  pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
  for (int i = 0; i < 3; ++i) raise(SIGUSR1);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
