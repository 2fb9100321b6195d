// EXPECT: lock-order-inversion
// WHY: both workers run while their creator holds gate, and so beside each other.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
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
  usleep(60 * 1000);
  take_both(&b, &a);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_mutex_lock(&gate);
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  pthread_mutex_unlock(&gate);
  return 0;
}
