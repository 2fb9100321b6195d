// EXPECT: deadlock
// SAYS: of thread 1 (main), which has ended
// WHY: main ends alone, by pthread_exit, with the lock that one of the threads waits for; the other
// one still runs.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void* run(void* unused) {
  sleep(20);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_mutex_lock(&mutex);
  pthread_create(&threads[0], NULL, wait_for_ever, NULL);
  pthread_create(&threads[1], NULL, run, NULL);
  usleep(300 * 1000);
  pthread_exit(NULL);
}
