// EXPECT: CLEAN
// WHY: the file is always locked under the mutex; closing it releases it.

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
  pthread_mutex_lock(&cache);
  flock(fds[1], LOCK_SH);
  close(fds[1]);
  pthread_mutex_unlock(&cache);
  pthread_mutex_lock(&cache);
  pthread_mutex_unlock(&cache);
}

int main(void) {
  make();
  run_apart(first, second);
  return 0;
}
