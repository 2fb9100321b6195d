// EXPECT: CLEAN
// WHY: main joins under a mutex that the worker never takes, nor anything that leads to it.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t of_main = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t of_worker = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  pthread_mutex_lock(&of_worker);
  pthread_mutex_unlock(&of_worker);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  pthread_mutex_lock(&of_main);
  pthread_join(thread, NULL);
  pthread_mutex_lock(&of_worker);
  pthread_mutex_unlock(&of_worker);
  pthread_mutex_unlock(&of_main);
  return 0;
}
