// A library that locks when it is loaded and unloaded.

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void load(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

__attribute__((destructor)) static void unload(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}
