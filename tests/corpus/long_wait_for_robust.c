// EXPECT: held-at-exit
// WHY: the holder of a robust mutex ends with it, and who has waited for long gets it then.

#include "apart.h"

static pthread_mutex_t mutex;

static void hold_for_ever(void) {
  pthread_mutex_lock(&mutex);
  usleep(600 * 1000);
}

static void inherit(void) {
  if (pthread_mutex_lock(&mutex) != 0) pthread_mutex_consistent(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attributes);
  run_apart(hold_for_ever, inherit);
  return 0;
}
