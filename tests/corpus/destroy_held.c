// EXPECT: held-lock-destroyed
// WHY: the mutex is destroyed while it is locked; glibc refuses, and nobody looks at that.

#include <pthread.h>

int main(void) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, NULL);
  pthread_mutex_lock(&mutex);
  pthread_mutex_destroy(&mutex);
  return 0;
}
