// EXPECT: CLEAN
// WHY: the only thread waits for a semaphore, and a signal handler ends the wait.

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

static sem_t done;

static void on_alarm(int number) {
  (void)number;
  sem_post(&done);
}

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  sem_init(&done, 0, 0);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  signal(SIGALRM, on_alarm);
  ualarm(300 * 1000, 0);
  while (sem_wait(&done) != 0) {
  }
  return 0;
}
