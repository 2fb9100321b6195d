// EXPECT: CLEAN
// NOTE: wait-while-holding announced-end
// WHY: the thread's only section of the mutex says that it is done, and wakes whoever waits for
// that; main joins it under the mutex once it has seen it, without having had to wait.

#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_done_now = PTHREAD_COND_INITIALIZER;
static bool is_done;

static void* work(void* unused) {
  pthread_mutex_lock(&mutex);
  is_done = true;
  pthread_cond_broadcast(&is_done_now);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static bool has_seen_end(void) {
  pthread_mutex_lock(&mutex);
  const bool seen = is_done;
  if (!seen) pthread_mutex_unlock(&mutex);
  return seen;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  while (!has_seen_end()) continue;
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&mutex);
  return 0;
}
