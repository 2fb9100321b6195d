// EXPECT: held-at-exit
// WHY: the holder of a robust mutex ends; the one that waits is told so at once, and repairs it.

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex;
static int result;

static void* hold_and_end(void* unused) {
  pthread_mutex_lock(&mutex);
  usleep(700 * 1000);
  return unused;
}

static void* repair(void* unused) {
  result = pthread_mutex_lock(&mutex);
  if (result == EOWNERDEAD) pthread_mutex_consistent(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t holder, waiter;
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attr);
  pthread_create(&holder, NULL, hold_and_end, NULL);
  usleep(100 * 1000);
  pthread_create(&waiter, NULL, repair, NULL);
  usleep(1200 * 1000);
  pthread_join(holder, NULL);
  pthread_join(waiter, NULL);
  return result == EOWNERDEAD ? 0 : 1;
}
