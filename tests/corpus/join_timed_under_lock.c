// EXPECT: CLEAN
// WHY: who joins under the mutex that the worker takes waits a second at most, and then lets go.

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  struct timespec deadline;
  pthread_create(&thread, NULL, work, NULL);
  usleep(100 * 1000);
  clock_gettime(CLOCK_REALTIME, &deadline);
  ++deadline.tv_sec;
  pthread_mutex_lock(&mutex);
  const int result = pthread_timedjoin_np(thread, NULL, &deadline);
  pthread_mutex_unlock(&mutex);
  if (result != 0) pthread_join(thread, NULL);
  return 0;
}
