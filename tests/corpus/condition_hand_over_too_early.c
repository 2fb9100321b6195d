// EXPECT: lock-order-inversion
// WHY: the worker says that it is done before it takes a before b; main takes b before a.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static int is_done;

static void take(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void* work(void* unused) {
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  is_done = 1;
  pthread_cond_broadcast(&done);
  pthread_mutex_unlock(&mutex);
  usleep(100 * 1000);
  take(&a, &b);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  pthread_mutex_lock(&mutex);
  while (!is_done) pthread_cond_wait(&done, &mutex);
  pthread_mutex_unlock(&mutex);
  take(&b, &a);
  pthread_join(thread, NULL);
  return 0;
}
