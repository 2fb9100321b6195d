// EXPECT: CLEAN
// WHY: turns that start with 1 are given back by who did not wait for them: they are no locks, and
// the other turns, which are made alike, are none either.

#include <pthread.h>
#include <semaphore.h>

#include "apart.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t turns[3];

static void take_turns(void) {
  for (int i = 0; i < 3; ++i) sem_wait(&turns[i]);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void give_turns(void) {
  for (int i = 0; i < 3; ++i) sem_post(&turns[i]);
  pthread_mutex_lock(&mutex);
  sem_wait(&turns[1]);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  for (int i = 0; i < 3; ++i) sem_init(&turns[i], 0, 1);
  sem_wait(&turns[0]);
  sem_post(&turns[0]);
  sem_post(&turns[0]);
  run_apart(take_turns, give_turns);
  return 0;
}
