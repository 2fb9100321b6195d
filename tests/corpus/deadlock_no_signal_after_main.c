// EXPECT: deadlock
// WHY: main has ended alone, by pthread_exit, when the last thread begins to wait for a condition.

#include "apart.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void* wait_for_ever(void* unused) {
  usleep(200 * 1000);
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  pthread_exit(NULL);
}
