// EXPECT: CLEAN
// WHY: a handler forks; the child lives on in it, with a handler of its own that takes no lock, and
// unblocks the signal.

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void do_nothing(int number) { (void)number; }

static void work(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void start_worker(int number) {
  const pid_t child = fork();
  if (child != 0) {
    waitpid(child, NULL, 0);
    return;
  }
  sigset_t none;
  signal(number, do_nothing);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  work();
  _exit(0);
}

int main(void) {
  signal(SIGUSR1, start_worker);
  work();
  raise(SIGUSR1);
  return 0;
}
