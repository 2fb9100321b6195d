// EXPECT: CLEAN
// WHY: first() waits for the semaphore that second() posts: it holds nothing when it takes m.

#include <pthread.h>
#include <semaphore.h>

#include "apart.h"

static sem_t semaphore;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  sem_wait(&semaphore);
  usleep(120 * 1000);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void second(void) { sem_post(&semaphore); }

static void third(void) {
  usleep(60 * 1000);
  pthread_mutex_lock(&m);
  sem_wait(&semaphore);
  pthread_mutex_unlock(&m);
}

int main(void) {
  sem_init(&semaphore, 0, 1);
  run_apart3(first, second, third);
  return 0;
}
