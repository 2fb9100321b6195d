// EXPECT: lock-order-inversion
// WHY: the file is locked under the mutex, and the mutex taken while the file is locked through
// another descriptor.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include "apart.h"

static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;
static int fds[2];

static void make(void) {
  char path[] = "/tmp/lockdep-corpus-XXXXXX";
  fds[0] = mkstemp(path);
  fds[1] = open(path, O_RDWR);
  unlink(path);
}

static void first(void) {
  pthread_mutex_lock(&cache);
  flock(fds[0], LOCK_EX);
  flock(fds[0], LOCK_UN);
  pthread_mutex_unlock(&cache);
}

static void second(void) {
  flock(fds[1], LOCK_EX);
  pthread_mutex_lock(&cache);
  pthread_mutex_unlock(&cache);
  flock(fds[1], LOCK_UN);
}

int main(void) {
  make();
  run_apart(first, second);
  return 0;
}
