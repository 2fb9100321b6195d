// EXPECT: CLEAN
// WHY: the parent's handler takes the mutex with the signal blocked elsewhere; the child takes it
// openly, where it has a handler that takes nothing.

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

static void do_nothing(int number) { (void)number; }

static void work_in_child(const sigset_t* open) {
  signal(SIGUSR1, do_nothing);
  sigprocmask(SIG_SETMASK, open, NULL);
  raise(SIGUSR1);
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
