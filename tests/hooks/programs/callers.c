// One function takes a lock for two others, and all keep frame pointers.  Both call it so often
// that nothing about it is new.  Which of them did when there was an inversion must stand in what
// is told of it.

#include "check.h"

enum { OFTEN = 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static int lock_mutex(void) { return pthread_mutex_lock(&mutex); }
static int try_mutex(void) { return pthread_mutex_trylock(&mutex); }
static int unlock_mutex(void) { return pthread_mutex_unlock(&mutex); }
static int lock_to_read(void) { return pthread_rwlock_rdlock(&rwlock); }
static int lock_to_write(void) { return pthread_rwlock_wrlock(&rwlock); }
static int unlock_rwlock(void) { return pthread_rwlock_unlock(&rwlock); }

static int (*take)(void);
static int (*take_exclusively)(void);
static int (*release)(void);

static void usual_caller(void) {
  RETURNS(0, take());
  RETURNS(0, release());
}

static void other_caller(int takes_other) {
  RETURNS(0, take());
  if (takes_other) RETURNS(0, pthread_mutex_lock(&other));
  if (takes_other) RETURNS(0, pthread_mutex_unlock(&other));
  RETURNS(0, release());
}

static void* call_from_two(void* unused) {
  for (int i = 0; i <= OFTEN; ++i) {
    usual_caller();
    other_caller(i == OFTEN);
  }
  return unused;
}

static void* take_the_other_way(void* unused) {
  RETURNS(0, pthread_mutex_lock(&other));
  RETURNS(0, take_exclusively());
  RETURNS(0, release());
  RETURNS(0, pthread_mutex_unlock(&other));
  return unused;
}

static void invert(void) {
  in_thread_apart(call_from_two, NULL);
  in_thread_apart(take_the_other_way, NULL);
}

static void of_lock(void) {
  take = take_exclusively = lock_mutex;
  release = unlock_mutex;
  invert();
}

static void of_trylock(void) {
  take = try_mutex;
  take_exclusively = lock_mutex;
  release = unlock_mutex;
  invert();
}

static void of_read_lock(void) {
  take = lock_to_read;
  take_exclusively = lock_to_write;
  release = unlock_rwlock;
  invert();
}

static void of_write_lock(void) {
  take = take_exclusively = lock_to_write;
  release = unlock_rwlock;
  invert();
}

int main(int argc, char** argv) {
  static const struct scenario scenarios[] = {
      {"of_lock", of_lock},
      {"of_trylock", of_trylock},
      {"of_read_lock", of_read_lock},
      {"of_write_lock", of_write_lock},
  };
  return RUN_SCENARIO(scenarios, argc, argv);
}
