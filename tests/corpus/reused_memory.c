// EXPECT: CLEAN
// WHY: two locks live one after the other in the same memory, each in an order of its own with the
// third; the first is destroyed before the second begins.

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_t* memory = malloc(sizeof(*memory));
  pthread_mutex_init(memory, NULL);
  pthread_mutex_lock(memory);
  pthread_mutex_lock(&other);
  pthread_mutex_unlock(&other);
  pthread_mutex_unlock(memory);
  pthread_mutex_destroy(memory);

  pthread_mutex_init(memory, NULL);
  pthread_mutex_lock(&other);
  pthread_mutex_lock(memory);
  pthread_mutex_unlock(memory);
  pthread_mutex_unlock(&other);
  pthread_mutex_destroy(memory);
  free(memory);
  return 0;
}
