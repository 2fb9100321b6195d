// EXPECT: CLEAN
// WHY: the semaphore that was a lock before m is closed; another one, which is taken after m,
// may get its address.

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#include "apart.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static sem_t* open_new(char kind) {
  char name[64];
  snprintf(name, sizeof(name), "/lockdep-corpus-%c-%d", kind, (int)getpid());
  sem_t* semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  sem_unlink(name);
  return semaphore;
}

static void first(void) {
  sem_t* semaphore = open_new('a');
  sem_wait(semaphore);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  sem_post(semaphore);
  sem_close(semaphore);
}

static void second(void) {
  sem_t* semaphore = open_new('b');
  pthread_mutex_lock(&m);
  sem_wait(semaphore);
  sem_post(semaphore);
  pthread_mutex_unlock(&m);
  sem_close(semaphore);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
