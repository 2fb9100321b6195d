// Takes locks so often that nothing about it is new, and lets counting_library say how many
// of these calls it saw.

#include <dlfcn.h>

#include "check.h"

enum { OFTEN = 100 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void take_mutexes(void) {
  for (int i = 0; i < OFTEN; ++i) {
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(0, pthread_mutex_unlock(&mutex));
  }
}

static void take_rwlocks(void) {
  for (int i = 0; i < OFTEN; ++i) {
    RETURNS(0, pthread_rwlock_rdlock(&rwlock));
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
    RETURNS(0, pthread_rwlock_wrlock(&rwlock));
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
  }
}

static void call(const char* name) {
  void (*function)(void);
  *(void**)&function = dlsym(RTLD_DEFAULT, name);
  CHECK(function != NULL);
  function();
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  call("count_from_here");
  strcmp(argv[1], "mutex") == 0 ? take_mutexes() : take_rwlocks();
  call("say_counts");
  return 0;
}
