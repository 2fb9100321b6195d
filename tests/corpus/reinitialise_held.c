// EXPECT: held-lock-destroyed
// WHY: the mutex is initialised anew while it is locked.

#include <pthread.h>

int main(void) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, NULL);
  pthread_mutex_lock(&mutex);
  pthread_mutex_init(&mutex, NULL);
  return 0;
}
