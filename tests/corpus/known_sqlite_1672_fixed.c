// EXPECT: CLEAN
// WHY: the allocation is over before the lock of the thread data is taken.

#include "apart.h"

static pthread_mutex_t in_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t thread_data = PTHREAD_MUTEX_INITIALIZER;

static void find_thread_data(void) {
  pthread_mutex_lock(&thread_data);
  pthread_mutex_unlock(&thread_data);
}

static void first(void) {
  find_thread_data();
  pthread_mutex_lock(&in_mutex);
  pthread_mutex_unlock(&in_mutex);
}

static void second(void) {
  pthread_mutex_lock(&in_mutex);
  find_thread_data();
  pthread_mutex_unlock(&in_mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
