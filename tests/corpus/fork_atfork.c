// EXPECT: CLEAN
// WHY: the handlers of fork take the locks before it and release them on both sides after it.

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

static void prepare(void) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
}

static void release(void) {
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
}

int main(void) {
  pthread_atfork(prepare, release, release);
  const pid_t child = fork();
  prepare();
  release();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
  return 0;
}
