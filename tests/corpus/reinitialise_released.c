// EXPECT: CLEAN
// WHY: the mutex is initialised anew after it was released.

#include <pthread.h>

int main(void) {
  pthread_mutex_t mutex;
  for (int i = 0; i < 3; ++i) {
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  return 0;
}
