// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: two semaphores are used as locks, in both orders, at the same time.

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

static sem_t a;
static sem_t b;

static void* first(void* unused) {
  sem_wait(&a);
  usleep(200 * 1000);
  sem_wait(&b);
  return unused;
}

static void* second(void* unused) {
  sem_wait(&b);
  usleep(200 * 1000);
  sem_wait(&a);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
