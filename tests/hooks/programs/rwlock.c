// Every function of the rwlock family, in success and in failure, and what the
// preference of a rwlock means for its readers.

#include "check.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void make(pthread_rwlock_t* rwlock, int preference) {
  pthread_rwlockattr_t attr;
  CHECK(pthread_rwlockattr_init(&attr) == 0);
  CHECK(pthread_rwlockattr_setkind_np(&attr, preference) == 0);
  RETURNS(0, pthread_rwlock_init(rwlock, &attr));
  CHECK(pthread_rwlockattr_destroy(&attr) == 0);
}

static void* try_to_write(void* rwlock) {
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  RETURNS(EBUSY, pthread_rwlock_trywrlock(rwlock));
  RETURNS(ETIMEDOUT, pthread_rwlock_timedwrlock(rwlock, &realtime));
  RETURNS(ETIMEDOUT, pthread_rwlock_clockwrlock(rwlock, CLOCK_MONOTONIC, &monotonic));
  return NULL;
}

static void* try_to_read(void* rwlock) {
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  RETURNS(EBUSY, pthread_rwlock_tryrdlock(rwlock));
  RETURNS(ETIMEDOUT, pthread_rwlock_timedrdlock(rwlock, &realtime));
  RETURNS(ETIMEDOUT, pthread_rwlock_clockrdlock(rwlock, CLOCK_MONOTONIC, &monotonic));
  return NULL;
}

static void results(void) {
  pthread_rwlock_t rwlock;
  RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
  RETURNS(0, pthread_rwlock_rdlock(&rwlock));
  in_thread(try_to_write, &rwlock);
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_wrlock(&rwlock));
  in_thread(try_to_read, &rwlock);
  RETURNS(EBUSY, pthread_rwlock_trywrlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_tryrdlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_trywrlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  RETURNS(0, pthread_rwlock_timedrdlock(&rwlock, &realtime));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_timedwrlock(&rwlock, &realtime));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &monotonic));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &monotonic));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(EINVAL, pthread_rwlock_clockwrlock(&rwlock, CLOCK_THREAD_CPUTIME_ID, &monotonic));
  RETURNS(0, pthread_rwlock_destroy(&rwlock));
}

static void write_twice(void) {
  RETURNS(0, pthread_rwlock_wrlock(&a));
  RETURNS(EDEADLK, pthread_rwlock_wrlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
}

static void read_in_both_orders(pthread_rwlock_t* first, pthread_rwlock_t* second) {
  RETURNS(0, pthread_rwlock_rdlock(first));
  RETURNS(0, pthread_rwlock_rdlock(second));
  RETURNS(0, pthread_rwlock_unlock(second));
  RETURNS(0, pthread_rwlock_unlock(first));
  RETURNS(0, pthread_rwlock_rdlock(second));
  RETURNS(0, pthread_rwlock_rdlock(first));
  RETURNS(0, pthread_rwlock_unlock(first));
  RETURNS(0, pthread_rwlock_unlock(second));
}

static void readers_only(void) { read_in_both_orders(&a, &b); }

static void readers_behind_writers(void) {
  pthread_rwlock_t first;
  pthread_rwlock_t second;
  make(&first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  make(&second, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  read_in_both_orders(&first, &second);
  RETURNS(0, pthread_rwlock_destroy(&first));
  RETURNS(0, pthread_rwlock_destroy(&second));
}

// glibc lets readers pass waiting writers of this kind too.
static void readers_before_lenient_writers(void) {
  pthread_rwlock_t first;
  pthread_rwlock_t second;
  make(&first, PTHREAD_RWLOCK_PREFER_WRITER_NP);
  make(&second, PTHREAD_RWLOCK_PREFER_WRITER_NP);
  read_in_both_orders(&first, &second);
  RETURNS(0, pthread_rwlock_destroy(&first));
  RETURNS(0, pthread_rwlock_destroy(&second));
}

static void read_again(void) {
  RETURNS(0, pthread_rwlock_rdlock(&a));
  RETURNS(0, pthread_rwlock_rdlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
}

static void read_again_behind_writers(void) {
  pthread_rwlock_t rwlock;
  make(&rwlock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  RETURNS(0, pthread_rwlock_rdlock(&rwlock));
  RETURNS(0, pthread_rwlock_rdlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_destroy(&rwlock));
}

static void readers_and_writers(void) {
  RETURNS(0, pthread_rwlock_rdlock(&a));
  RETURNS(0, pthread_rwlock_wrlock(&b));
  RETURNS(0, pthread_rwlock_unlock(&b));
  RETURNS(0, pthread_rwlock_unlock(&a));
  RETURNS(0, pthread_rwlock_rdlock(&b));
  RETURNS(0, pthread_rwlock_wrlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&b));
}

static void tried_writers(void) {
  RETURNS(0, pthread_rwlock_wrlock(&a));
  RETURNS(0, pthread_rwlock_wrlock(&b));
  RETURNS(0, pthread_rwlock_unlock(&b));
  RETURNS(0, pthread_rwlock_unlock(&a));
  RETURNS(0, pthread_rwlock_wrlock(&b));
  RETURNS(0, pthread_rwlock_trywrlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&b));
}

static void unlock_unheld(void) {
  RETURNS(0, pthread_rwlock_rdlock(&a));
  RETURNS(0, pthread_rwlock_unlock(&a));
  pthread_rwlock_unlock(&a);
}

static void destroy_held(void) {
  pthread_rwlock_t rwlock;
  RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
  RETURNS(0, pthread_rwlock_wrlock(&rwlock));
  RETURNS(0, pthread_rwlock_destroy(&rwlock));
}

static const struct scenario scenarios[] = {
    {"results", results},
    {"write_twice", write_twice},
    {"readers_only", readers_only},
    {"readers_behind_writers", readers_behind_writers},
    {"readers_before_lenient_writers", readers_before_lenient_writers},
    {"read_again", read_again},
    {"read_again_behind_writers", read_again_behind_writers},
    {"readers_and_writers", readers_and_writers},
    {"tried_writers", tried_writers},
    {"unlock_unheld", unlock_unheld},
    {"destroy_held", destroy_held},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
