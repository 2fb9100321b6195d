// Locks that are waited for, for a known time.

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t quiet = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

enum { kWaitMs = 50 };

static void sleep_ms(long ms) {
  const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  RETURNS(0, nanosleep(&time, NULL));
}

static void* take_contended(void* unused) {
  (void)unused;
  RETURNS(0, pthread_mutex_lock(&contended));
  RETURNS(0, pthread_mutex_unlock(&contended));
  return NULL;
}

// One wait of nearly all the time that the other thread holds it.
static void wait_for_mutex(void) {
  pthread_t thread;
  RETURNS(0, pthread_mutex_lock(&contended));
  RETURNS(0, pthread_create(&thread, NULL, take_contended, NULL));
  sleep_ms(kWaitMs);
  RETURNS(0, pthread_mutex_unlock(&contended));
  RETURNS(0, pthread_join(thread, NULL));
}

// The same place three times: what is known is timed as well.
static void hold_often(void) {
  for (int i = 0; i < 3; ++i) {
    RETURNS(0, pthread_mutex_lock(&quiet));
    RETURNS(0, pthread_mutex_unlock(&quiet));
  }
  RETURNS(0, pthread_rwlock_rdlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
  RETURNS(0, pthread_rwlock_wrlock(&rwlock));
  RETURNS(0, pthread_rwlock_unlock(&rwlock));
}

// What the parent counted is not the child's.
static void fork_while_timed(void) {
  hold_often();
  const pid_t child = fork();
  if (child == 0) {
    RETURNS(0, pthread_mutex_lock(&quiet));
    RETURNS(0, pthread_mutex_unlock(&quiet));
    _exit(0);
  }
  int status = -1;
  RETURNS(child, waitpid(child, &status, 0));
  RETURNS(0, status);
}

static const struct scenario scenarios[] = {
    {"wait_for_mutex", wait_for_mutex},
    {"hold_often", hold_often},
    {"fork_while_timed", fork_while_timed},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
