// EXPECT: CLEAN
// WHY: the mutex is made to be taken again by the thread that holds it.

#include <pthread.h>

static pthread_mutex_t mutex;

static int depth(int n) {
  pthread_mutex_lock(&mutex);
  const int result = n == 0 ? 0 : 1 + depth(n - 1);
  pthread_mutex_unlock(&mutex);
  return result;
}

int main(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex, &attr);
  const int is_right = depth(100) == 100;
  pthread_mutex_destroy(&mutex);
  return is_right ? 0 : 1;
}
