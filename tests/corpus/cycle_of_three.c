// EXPECT: lock-order-inversion
// WHY: three threads, each with one lock and waiting for the next one of a ring: no two of them
// suffice for the deadlock.

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t locks[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                   PTHREAD_MUTEX_INITIALIZER};

struct pair {
  int first;
  int second;
};

static void* take_pair(void* argument) {
  const struct pair* pair = argument;
  usleep(100 * 1000 * (unsigned)pair->first);
  pthread_mutex_lock(&locks[pair->first]);
  pthread_mutex_lock(&locks[pair->second]);
  pthread_mutex_unlock(&locks[pair->second]);
  pthread_mutex_unlock(&locks[pair->first]);
  return NULL;
}

int main(void) {
  static struct pair pairs[3] = {{0, 1}, {1, 2}, {2, 0}};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, take_pair, &pairs[i]);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  return 0;
}
