// Every function of the mutex family, in success and in failure.

#include <stdint.h>

#include "check.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void make(pthread_mutex_t* mutex, int type, int robustness) {
  pthread_mutexattr_t attr;
  CHECK(pthread_mutexattr_init(&attr) == 0);
  CHECK(pthread_mutexattr_settype(&attr, type) == 0);
  CHECK(pthread_mutexattr_setrobust(&attr, robustness) == 0);
  RETURNS(0, pthread_mutex_init(mutex, &attr));
  CHECK(pthread_mutexattr_destroy(&attr) == 0);
}

static void* try_all(void* mutex) {
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  RETURNS(EBUSY, pthread_mutex_trylock(mutex));
  RETURNS(ETIMEDOUT, pthread_mutex_timedlock(mutex, &realtime));
  RETURNS(ETIMEDOUT, pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &monotonic));
  return NULL;
}

static void results(void) {
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  const struct timespec impossible = {0, -1};
  RETURNS(0, pthread_mutex_lock(&a));
  in_thread(try_all, &a);
  RETURNS(EBUSY, pthread_mutex_trylock(&a));
  RETURNS(EINVAL, pthread_mutex_timedlock(&a, &impossible));
  RETURNS(EINVAL, pthread_mutex_clocklock(&a, CLOCK_THREAD_CPUTIME_ID, &monotonic));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_trylock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_timedlock(&a, &realtime));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_clocklock(&a, CLOCK_MONOTONIC, &monotonic));
  RETURNS(0, pthread_mutex_unlock(&a));
}

static void recursive(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_trylock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  in_thread(try_all, &mutex);
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

// A recursive mutex still orders: the inner lock of b comes between.
static void recursive_inversion(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

static void* unlock_as_stranger(void* mutex) {
  RETURNS(EPERM, pthread_mutex_unlock(mutex));
  return NULL;
}

static void errorcheck(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(EDEADLK, pthread_mutex_lock(&mutex));
  RETURNS(EBUSY, pthread_mutex_trylock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

static void errorcheck_stranger(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
  RETURNS(0, pthread_mutex_lock(&mutex));
  in_thread(unlock_as_stranger, &mutex);
  RETURNS(EDEADLK, pthread_mutex_lock(&mutex));  // Still held.
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(EPERM, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

static void* lock_and_leave(void* mutex) {
  RETURNS(0, pthread_mutex_lock(mutex));
  return NULL;
}

// The owner dies; the next one holds it, repairs it, and may nest it.
static void robust(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  in_thread(lock_and_leave, &mutex);
  RETURNS(EOWNERDEAD, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_consistent(&mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

// Unlocked without being repaired: nobody gets it any more.
static void not_recoverable(void) {
  pthread_mutex_t mutex;
  make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  in_thread(lock_and_leave, &mutex);
  RETURNS(EOWNERDEAD, pthread_mutex_trylock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(ENOTRECOVERABLE, pthread_mutex_lock(&mutex));
  RETURNS(ENOTRECOVERABLE, pthread_mutex_trylock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

// A wait that failed left nothing behind: b and a are never nested.
static void* fail_then_lock_b(void* mutex) {
  RETURNS(EBUSY, pthread_mutex_trylock(mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  return NULL;
}

static void failed_try_is_not_held(void) {
  RETURNS(0, pthread_mutex_lock(&a));
  in_thread(fail_then_lock_b, &a);
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_unlock(&b));
}

// a then b, b then a, but the second wait has an end.
static void timed_inversion(void) {
  struct timespec deadline = soon(CLOCK_REALTIME);
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_timedlock(&a, &deadline));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_unlock(&b));
}

static void* lock_a_then_b(void* unused) {
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(&a));
  return unused;
}

static void* lock_b_then_a(void* unused) {
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_unlock(&b));
  return unused;
}

static void inversion(void) {
  in_thread_apart(lock_a_then_b, NULL);
  in_thread_apart(lock_b_then_a, NULL);
}

static void inversion_a_thousand_times(void) {
  for (int i = 0; i < 1000; ++i) {
    lock_a_then_b(NULL);
    lock_b_then_a(NULL);
  }
}

static void same_order(void) {
  in_thread(lock_a_then_b, NULL);
  in_thread(lock_a_then_b, NULL);
}

static void out_of_order_release(void) {
  for (int i = 0; i < 3; ++i) {
    RETURNS(0, pthread_mutex_lock(&a));
    RETURNS(0, pthread_mutex_lock(&b));
    RETURNS(0, pthread_mutex_unlock(&a));
    RETURNS(0, pthread_mutex_unlock(&b));
  }
}

static void unlock_unheld(void) {
  RETURNS(0, pthread_mutex_lock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
  RETURNS(0, pthread_mutex_unlock(&a));
}

static void* unlock(void* mutex) {
  RETURNS(0, pthread_mutex_unlock(mutex));
  return NULL;
}

// Nothing about it is new but that one is released twice, and the other one never.
static void* unlock_the_wrong_one(void* unused) {
  for (int rest = 10; rest >= 0; --rest) {
    RETURNS(0, pthread_mutex_lock(&a));
    RETURNS(0, pthread_mutex_lock(&b));
    RETURNS(0, pthread_mutex_unlock(&b));
    RETURNS(0, pthread_mutex_unlock(rest == 0 ? &b : &a));
  }
  return unused;
}

static void unlock_wrong_one(void) { in_thread(unlock_the_wrong_one, NULL); }

static void unlock_by_other_thread(void) {
  RETURNS(0, pthread_mutex_lock(&a));
  in_thread(unlock, &a);
}

static void destroy_held(void) {
  pthread_mutex_t mutex;
  RETURNS(0, pthread_mutex_init(&mutex, NULL));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(EBUSY, pthread_mutex_destroy(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

static void initialise_held(void) {
  pthread_mutex_t mutex;
  RETURNS(0, pthread_mutex_init(&mutex, NULL));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_init(&mutex, NULL));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

// Two locks one after the other at one address, each in its own order with b.
static void reuse_after_destroy(void) {
  pthread_mutex_t mutex;
  RETURNS(0, pthread_mutex_init(&mutex, NULL));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_destroy(&mutex));
  RETURNS(0, pthread_mutex_init(&mutex, NULL));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&mutex));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_destroy(&mutex));
}

// A pool of the program's: memory of a lock that was never destroyed, then of one that
// overlaps it.
static void reuse_by_overlap(void) {
  enum { kPool = 1 << 16, kUsed = 4 * sizeof(pthread_mutex_t) };
  char* memory = malloc(kPool);
  memset(memory, 0, kUsed);
  pthread_mutex_t* first = (pthread_mutex_t*)(memory);
  pthread_mutex_t* second = (pthread_mutex_t*)(memory + 16);
  RETURNS(0, pthread_mutex_lock(first));
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_unlock(&b));
  RETURNS(0, pthread_mutex_unlock(first));
  memset(memory, 0, kUsed);
  RETURNS(0, pthread_mutex_lock(second));
  RETURNS(0, pthread_mutex_unlock(second));
  memset(memory, 0, kUsed);
  RETURNS(0, pthread_mutex_lock(&b));
  RETURNS(0, pthread_mutex_lock(first));
  RETURNS(0, pthread_mutex_unlock(first));
  RETURNS(0, pthread_mutex_unlock(&b));
  free(memory);
}

static void many_held(void) {
  enum { kMany = 1000 };
  pthread_mutex_t* mutexes = calloc(kMany, sizeof(pthread_mutex_t));
  for (int i = 0; i < kMany; ++i) RETURNS(0, pthread_mutex_lock(&mutexes[i]));
  for (int i = 0; i < kMany; ++i) RETURNS(0, pthread_mutex_unlock(&mutexes[i]));
  free(mutexes);
}

static const struct scenario scenarios[] = {
    {"results", results},
    {"recursive", recursive},
    {"recursive_inversion", recursive_inversion},
    {"errorcheck", errorcheck},
    {"errorcheck_stranger", errorcheck_stranger},
    {"robust", robust},
    {"not_recoverable", not_recoverable},
    {"failed_try_is_not_held", failed_try_is_not_held},
    {"timed_inversion", timed_inversion},
    {"inversion", inversion},
    {"inversion_a_thousand_times", inversion_a_thousand_times},
    {"same_order", same_order},
    {"out_of_order_release", out_of_order_release},
    {"unlock_unheld", unlock_unheld},
    {"unlock_wrong_one", unlock_wrong_one},
    {"unlock_by_other_thread", unlock_by_other_thread},
    {"destroy_held", destroy_held},
    {"initialise_held", initialise_held},
    {"reuse_after_destroy", reuse_after_destroy},
    {"reuse_by_overlap", reuse_by_overlap},
    {"many_held", many_held},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
