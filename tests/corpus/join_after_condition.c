// EXPECT: CLEAN
// NOTE: wait-while-holding ordered-by-condition
// WHY: main waits until the thread has had the mutex, takes it back, and only then joins under it.

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_ready_now = PTHREAD_COND_INITIALIZER;
static int is_ready;

static void* make_ready(void* unused) {
  pthread_mutex_lock(&mutex);
  is_ready = 1;
  pthread_cond_signal(&is_ready_now);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_mutex_lock(&mutex);
  pthread_create(&thread, NULL, make_ready, NULL);
  while (!is_ready) pthread_cond_wait(&is_ready_now, &mutex);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&mutex);
  return 0;
}
