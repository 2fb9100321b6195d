/* Takes two locks in both orders, says so, and then locks and unlocks until it is killed. */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;

static void nest(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

int main(void) {
  nest(&first, &second);
  nest(&second, &first);
  puts("both");
  fflush(stdout);
  for (;;) nest(&first, &second);
}
