// EXPECT: context-inversion
// WHY: the handler takes a; b is held where it may come; and elsewhere b is taken under a.

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
}

int main(void) {
  sigset_t usr1;
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &usr1, NULL);
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  return 0;
}
