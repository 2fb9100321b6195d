// EXPECT: CLEAN
// WHY: SIGSEGV comes where the code makes it, which is never where the mutex is held.

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sigjmp_buf start;

static void on_crash(int number) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  siglongjmp(start, number);
}

int main(void) {
  signal(SIGSEGV, on_crash);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  if (sigsetjmp(start, 1) == 0) *(volatile int*)8 = 1;
  return 0;
}
