// EXPECT: wait-while-holding
// WHY: in the second phase the worker takes the mutex on its way to the barrier at which main waits
// with it; that it took it in the first phase as well changes nothing.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void* work(void* unused) {
  for (int phase = 0; phase < 2; ++phase) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_barrier_wait(&barrier);
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&thread, NULL, work, NULL);
  pthread_barrier_wait(&barrier);
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  pthread_barrier_wait(&barrier);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
  return 0;
}
