// EXPECT: CLEAN
// NOTE: lock-order-inversion ordered-by-create-join
// WHY: main takes a and b before it creates the thread that takes them the other way round, and
// never again.

#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void* other_way(void* unused) {
  take_both(&b, &a);
  return unused;
}

int main(void) {
  pthread_t thread;
  take_both(&a, &b);
  pthread_create(&thread, NULL, other_way, NULL);
  pthread_join(thread, NULL);
  return 0;
}
