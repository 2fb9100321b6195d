// EXPECT: CLEAN
// WHY: a program may exit while main holds a lock: nobody is left to wait for it.

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_lock(&mutex);
  return 0;
}
