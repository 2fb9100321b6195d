// EXPECT: CLEAN
// WHY: the only thread waits for a semaphore, and another process ends the wait.

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  sem_t* done =
      mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (done == MAP_FAILED || sem_init(done, 1, 0) != 0) return 1;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  const pid_t child = fork();
  if (child == 0) {
    usleep(300 * 1000);
    sem_post(done);
    _exit(0);
  }
  sem_wait(done);
  return waitpid(child, NULL, 0) == child ? 0 : 1;
}
