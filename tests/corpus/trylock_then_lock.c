// EXPECT: lock-order-inversion
// WHY: b was only tried for, but while it is held a is waited for; the other thread holds a and
// waits for b.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}

static void second(void) {
  if (pthread_mutex_trylock(&b) != 0) return;
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
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
