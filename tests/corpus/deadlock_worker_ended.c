// EXPECT: deadlock
// WHY: the only thread that could have signalled the condition ends without it.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void* forget_to_signal(void* unused) {
  usleep(200 * 1000);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, forget_to_signal, NULL);
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}
