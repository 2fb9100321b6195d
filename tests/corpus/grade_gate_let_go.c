// EXPECT: lock-order-inversion
// WHY: the creators hold gate when they create the workers, but one lets it go before its worker
// has ended.

#include "apart.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void* first_worker(void* unused) {
  take_both(&a, &b);
  return unused;
}

static void* second_worker(void* unused) {
  take_both(&b, &a);
  return unused;
}

static void first(void) {
  pthread_t worker;
  pthread_mutex_lock(&gate);
  pthread_create(&worker, NULL, first_worker, NULL);
  pthread_mutex_unlock(&gate);
  pthread_join(worker, NULL);
}

static void second(void) {
  pthread_t worker;
  pthread_mutex_lock(&gate);
  pthread_create(&worker, NULL, second_worker, NULL);
  pthread_join(worker, NULL);
  pthread_mutex_unlock(&gate);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
