// Takes each of many locks with the one behind it: a graph that is worth packing.

#include <pthread.h>

enum { kLocks = 300 };

static pthread_mutex_t locks[kLocks];

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], 0);
  for (int i = 0; i + 1 < kLocks; ++i) {
    pthread_mutex_lock(&locks[i]);
    pthread_mutex_lock(&locks[i + 1]);
    pthread_mutex_unlock(&locks[i + 1]);
    pthread_mutex_unlock(&locks[i]);
  }
  return 0;
}
