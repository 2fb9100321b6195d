// EXPECT: lock-order-inversion
// WHY: thread data is looked up under the global mutex, and when it must be allocated the global
// mutex is taken under the lock of the thread data.

#include "apart.h"

// After the shape of SQLite ticket 1672: the unix file layer keeps its own table of
// locks under one mutex, and asks the thread library for another while it holds it.
static pthread_mutex_t in_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t thread_data = PTHREAD_MUTEX_INITIALIZER;

static void enter_mutex(void) { pthread_mutex_lock(&in_mutex); }
static void leave_mutex(void) { pthread_mutex_unlock(&in_mutex); }

static void find_thread_data(int allocates) {
  pthread_mutex_lock(&thread_data);
  if (allocates) {
    enter_mutex();
    leave_mutex();
  }
  pthread_mutex_unlock(&thread_data);
}

static void first(void) { find_thread_data(1); }

static void second(void) {
  enter_mutex();
  find_thread_data(0);
  leave_mutex();
}

int main(void) {
  run_apart(first, second);
  return 0;
}
