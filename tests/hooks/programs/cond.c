// Condition variables: the mutex is let go and waited for again inside.

#include "check.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int is_ready;

static void* make_ready(void* unused) {
  RETURNS(0, pthread_mutex_lock(&m));
  is_ready = 1;
  RETURNS(0, pthread_cond_broadcast(&cond));
  RETURNS(0, pthread_mutex_unlock(&m));
  return unused;
}

static void wait_until_ready(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, make_ready, NULL) == 0);
  while (!is_ready) RETURNS(0, pthread_cond_wait(&cond, &m));
  CHECK(pthread_join(thread, NULL) == 0);
}

static void results(void) {
  struct timespec realtime = soon(CLOCK_REALTIME);
  struct timespec monotonic = soon(CLOCK_MONOTONIC);
  const struct timespec impossible = {0, -1};
  RETURNS(0, pthread_mutex_lock(&m));
  RETURNS(ETIMEDOUT, pthread_cond_timedwait(&cond, &m, &realtime));
  RETURNS(ETIMEDOUT, pthread_cond_clockwait(&cond, &m, CLOCK_MONOTONIC, &monotonic));
  RETURNS(EINVAL, pthread_cond_timedwait(&cond, &m, &impossible));
  RETURNS(EBUSY, pthread_mutex_trylock(&m));
  wait_until_ready();
  RETURNS(0, pthread_mutex_unlock(&m));
}

// m, then n; the wait takes m again while n is held.
static void wait_with_inner_lock(void) {
  struct timespec deadline = soon(CLOCK_REALTIME);
  RETURNS(0, pthread_mutex_lock(&m));
  RETURNS(0, pthread_mutex_lock(&n));
  RETURNS(ETIMEDOUT, pthread_cond_timedwait(&cond, &m, &deadline));
  RETURNS(0, pthread_mutex_unlock(&n));
  RETURNS(0, pthread_mutex_unlock(&m));
}

// n, then m, and again m under n: always the same order.
static void wait_with_outer_lock(void) {
  struct timespec deadline = soon(CLOCK_REALTIME);
  RETURNS(0, pthread_mutex_lock(&n));
  RETURNS(0, pthread_mutex_lock(&m));
  RETURNS(ETIMEDOUT, pthread_cond_timedwait(&cond, &m, &deadline));
  RETURNS(0, pthread_mutex_unlock(&m));
  RETURNS(0, pthread_mutex_unlock(&n));
}

// A refused wait never let go of m, so nothing waited for it under n.
static void refused_wait_with_inner_lock(void) {
  const struct timespec impossible = {0, -1};
  RETURNS(0, pthread_mutex_lock(&m));
  RETURNS(0, pthread_mutex_lock(&n));
  RETURNS(EINVAL, pthread_cond_timedwait(&cond, &m, &impossible));
  RETURNS(0, pthread_mutex_unlock(&n));
  RETURNS(0, pthread_mutex_unlock(&m));
}

static void unlock_m(void* unused) {
  (void)unused;
  CHECK(pthread_mutex_unlock(&m) == 0);
}

static void* wait_forever(void* unused) {
  RETURNS(0, pthread_mutex_lock(&m));
  pthread_cleanup_push(unlock_m, NULL);
  is_ready = 1;
  for (;;) pthread_cond_wait(&cond, &m);
  pthread_cleanup_pop(1);
  return unused;
}

// The cleanup handler finds the mutex held, and so must we.
static void cancelled(void) {
  pthread_t thread;
  void* result;
  CHECK(pthread_create(&thread, NULL, wait_forever, NULL) == 0);
  for (int seen = 0; !seen;) {
    RETURNS(0, pthread_mutex_lock(&m));
    seen = is_ready;
    RETURNS(0, pthread_mutex_unlock(&m));
  }
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
}

static const struct scenario scenarios[] = {
    {"results", results},
    {"wait_with_inner_lock", wait_with_inner_lock},
    {"wait_with_outer_lock", wait_with_outer_lock},
    {"refused_wait_with_inner_lock", refused_wait_with_inner_lock},
    {"cancelled", cancelled},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
