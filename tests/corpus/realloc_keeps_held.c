// EXPECT: CLEAN
// WHY: the mutex lies at the start of the block, which stays where the block is made smaller.

#include <pthread.h>
#include <stdlib.h>

enum { kSize = 4096 };

int main(void) {
  char* block = calloc(1, kSize);
  pthread_mutex_t* mutex = (pthread_mutex_t*)block;
  pthread_mutex_lock(mutex);
  char* same = realloc(block, 256);
  pthread_mutex_unlock((pthread_mutex_t*)same);
  free(same);
  return 0;
}
