// EXPECT: CLEAN
// NOTE: lock-order-inversion ordered-by-create-join
// WHY: the second thread is created when the first one was joined: they are never both there.

#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void* first(void* unused) {
  take_both(&a, &b);
  return unused;
}

static void* second(void* unused) {
  take_both(&b, &a);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, first, NULL);
  pthread_join(thread, NULL);
  pthread_create(&thread, NULL, second, NULL);
  pthread_join(thread, NULL);
  return 0;
}
