// EXPECT: CLEAN
// WHY: readers of a lock that prefers readers never wait for each other, in any order; nobody
// writes with the other lock held.

#include <pthread.h>
#include <unistd.h>

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void first(void) {
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_rdlock(&b);
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
}

static void second(void) {
  pthread_rwlock_rdlock(&b);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
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
