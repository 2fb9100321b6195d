// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: main has ended alone, by pthread_exit, when the two threads take the mutexes crosswise;
// another thread goes on.

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void* first(void* unused) {
  usleep(100 * 1000);
  pthread_mutex_lock(&a);
  meet(2);
  pthread_mutex_lock(&b);
  return unused;
}

static void* second(void* unused) {
  usleep(100 * 1000);
  pthread_mutex_lock(&b);
  meet(2);
  pthread_mutex_lock(&a);
  return unused;
}

static void* run(void* unused) {
  sleep(20);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  pthread_create(&threads[2], NULL, run, NULL);
  pthread_exit(NULL);
}
