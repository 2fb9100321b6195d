// EXPECT: CLEAN
// WHY: the wait for the semaphore is cancelled: who takes m then does not have it.

#include <pthread.h>
#include <semaphore.h>

#include "apart.h"

static sem_t semaphore;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void take_m(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void* wait_in_vain(void* unused) {
  pthread_cleanup_push(take_m, NULL);
  sem_wait(&semaphore);
  pthread_cleanup_pop(0);
  return unused;
}

static void first(void) {
  pthread_t thread;
  sem_wait(&semaphore);
  pthread_create(&thread, NULL, wait_in_vain, NULL);
  usleep(30 * 1000);
  pthread_cancel(thread);
  usleep(10 * 1000);
  sem_post(&semaphore);
  pthread_join(thread, NULL);
}

static void second(void) {
  pthread_mutex_lock(&m);
  sem_wait(&semaphore);
  sem_post(&semaphore);
  pthread_mutex_unlock(&m);
}

int main(void) {
  sem_init(&semaphore, 0, 1);
  run_apart3(first, second, NULL);
  return 0;
}
