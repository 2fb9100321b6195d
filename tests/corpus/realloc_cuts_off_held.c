// EXPECT: held-lock-destroyed
// WHY: the block is made smaller while the mutex at its end is held.

#include <pthread.h>
#include <stdlib.h>

enum { kSize = 4096 };

int main(void) {
  char* block = calloc(1, kSize);
  pthread_mutex_t* mutex = (pthread_mutex_t*)(block + kSize - 64);
  pthread_mutex_lock(mutex);
  block = realloc(block, 256);
  free(block);
  return 0;
}
