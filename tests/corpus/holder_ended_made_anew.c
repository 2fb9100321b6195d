// EXPECT: held-at-exit
// WHY: forget() ends with the lock, but then the lock is made anew, and who waits for the new one
// waits for a thread that runs.

#include "apart.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* forget(void* unused) {
  pthread_mutex_lock(&mutex);
  return unused;
}

static void hold(void) {
  pthread_mutex_lock(&mutex);
  usleep(900 * 1000);
  pthread_mutex_unlock(&mutex);
}

static void wait(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, forget, NULL);
  pthread_join(thread, NULL);
  pthread_mutex_init(&mutex, NULL);
  run_apart(hold, wait);
  return 0;
}
