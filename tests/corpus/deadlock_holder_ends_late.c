// EXPECT: deadlock
// EXPECT: held-at-exit
// SAYS: which has ended
// WHY: the thread that holds the lock ends when the other one has waited for it for long, and looks
// for an end but rarely.

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* hold_and_end(void* unused) {
  pthread_mutex_lock(&mutex);
  usleep(2500 * 1000);
  return unused;
}

static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t holder, waiter;
  pthread_create(&holder, NULL, hold_and_end, NULL);
  usleep(100 * 1000);
  pthread_create(&waiter, NULL, wait_for_ever, NULL);
  pthread_join(holder, NULL);
  sleep(3);  // It is told by then, though the waiter has given up looking at everything so often.
  _exit(0);
}
