// EXPECT: wait-while-holding
// WHY: a worker signals in each of its turns, so the last signal says nothing of its end: main
// stops and joins it under the mutex that a further turn would wait for.

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_result = PTHREAD_COND_INITIALIZER;
static atomic_int turns = 3;
static int results;

static void* work(void* unused) {
  while (atomic_fetch_sub(&turns, 1) > 0) {
    pthread_mutex_lock(&mutex);
    ++results;
    pthread_cond_signal(&has_result);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  atomic_store(&turns, 0);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&mutex);
  return 0;
}
