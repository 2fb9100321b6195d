// EXPECT: CLEAN
// NOTE: wait-while-holding ordered-by-barrier
// WHY: in each round another thread leads, which alone holds the mutex over the barrier.

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t begin;
static pthread_barrier_t end;

static void* work(void* argument) {
  const int number = *(const int*)argument;
  for (int round = 0; round < 4; ++round) {
    const int leads = round % 2 == number;
    if (leads) pthread_mutex_lock(&mutex);
    pthread_barrier_wait(&begin);
    if (leads) pthread_mutex_unlock(&mutex);
    pthread_barrier_wait(&end);
  }
  return NULL;
}

int main(void) {
  int numbers[2] = {0, 1};
  pthread_t threads[2];
  pthread_barrier_init(&begin, NULL, 2);
  pthread_barrier_init(&end, NULL, 2);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, &numbers[i]);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
