// EXPECT: wait-while-holding
// WHY: one waits at the barrier under the mutex that the other takes on its way there.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void* takes_it_on_the_way(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* keeps_it(void* unused) {
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  pthread_barrier_wait(&barrier);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&threads[0], NULL, takes_it_on_the_way, NULL);
  pthread_create(&threads[1], NULL, keeps_it, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  return 0;
}
