// EXPECT: inconsistent-context
// WHY: the handler jumps, but to itself: the mutex that it takes then main holds without a mask.

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_signal(int number) {
  sigjmp_buf here;
  if (sigsetjmp(here, 1) == 0) siglongjmp(here, number);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}
