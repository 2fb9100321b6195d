/* The parent takes two locks in one order; one child, forked under the second, takes the
   first, and another child only what its parent took. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;

static void take_both(void) {
  pthread_mutex_lock(&first);
  pthread_mutex_lock(&second);
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
}

static void take_first(void) {
  pthread_mutex_lock(&first);
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
}

static void run_child(void (*child)(void)) {
  if (fork() == 0) {
    child();
    _exit(0);
  }
  wait(NULL);
}

int main(void) {
  take_both();
  pthread_mutex_lock(&second);
  run_child(take_first);
  pthread_mutex_unlock(&second);
  run_child(take_both);
  return 0;
}
