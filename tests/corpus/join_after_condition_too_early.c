// EXPECT: wait-while-holding
// WHY: after it has signalled, the thread takes the mutex once more, under which main joins it.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_ready_now = PTHREAD_COND_INITIALIZER;
static int is_ready;

static void set_ready(int value) {
  pthread_mutex_lock(&mutex);
  is_ready = value;
  pthread_cond_signal(&is_ready_now);
  pthread_mutex_unlock(&mutex);
}

static void* make_ready(void* unused) {
  for (int value = 1; value <= 2; ++value) set_ready(value);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_mutex_lock(&mutex);
  pthread_create(&thread, NULL, make_ready, NULL);
  while (!is_ready) pthread_cond_wait(&is_ready_now, &mutex);
  pthread_mutex_unlock(&mutex);
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&mutex);
  return 0;
}
