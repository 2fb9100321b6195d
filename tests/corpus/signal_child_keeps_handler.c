// EXPECT: inconsistent-context
// WHY: the child takes the mutex openly, and still has its parent's handler, which takes it.

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_and_unlock(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void take_lock(int number) {
  (void)number;
  lock_and_unlock();
}

static void work_in_child(const sigset_t* open) {
  sigprocmask(SIG_SETMASK, open, NULL);
  lock_and_unlock();
  _exit(0);
}

int main(void) {
  sigset_t usr1;
  sigset_t open;
  signal(SIGUSR1, take_lock);
  raise(SIGUSR1);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, &open);
  lock_and_unlock();
  const pid_t child = fork();
  if (child == 0) work_in_child(&open);
  waitpid(child, NULL, 0);
  lock_and_unlock();
  return 0;
}
