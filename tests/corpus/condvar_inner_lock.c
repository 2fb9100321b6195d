// EXPECT: lock-order-inversion
// WHY: the waiter gets state back while it holds log_lock; it took them, and others take them,
// state first.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int is_ready;

static void first(void) {
  pthread_mutex_lock(&state);
  pthread_mutex_lock(&log_lock);
  while (!is_ready) pthread_cond_wait(&changed, &state);
  pthread_mutex_unlock(&log_lock);
  pthread_mutex_unlock(&state);
}

static void second(void) {
  pthread_mutex_lock(&state);
  is_ready = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&state);
  usleep(100 * 1000);
  pthread_mutex_lock(&state);
  pthread_mutex_lock(&log_lock);
  pthread_mutex_unlock(&log_lock);
  pthread_mutex_unlock(&state);
}

static void* late(void* function) {
  usleep(100 * 1000);
  ((void (*)(void))function)();
  return NULL;
}

static void* at_once(void* function) {
  ((void (*)(void))function)();
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, at_once, first);
  pthread_create(&threads[1], NULL, late, second);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
