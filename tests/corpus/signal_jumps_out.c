// EXPECT: CLEAN
// WHY: the handler takes no lock; it jumps to main, and what main takes then is taken by main.

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sigjmp_buf start;

static void on_signal(int number) { siglongjmp(start, number); }

int main(void) {
  signal(SIGUSR1, on_signal);
  if (sigsetjmp(start, 1) == 0) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    raise(SIGUSR1);
  }
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}
