// What the little programs share.  They say "ok" at the end, or where they
// were disappointed; the test compares what they say with and without hooks.

#ifndef LOCKDEP_TESTS_HOOKS_PROGRAMS_CHECK_H_
#define LOCKDEP_TESTS_HOOKS_PROGRAMS_CHECK_H_

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      printf("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
      fflush(stdout);                                                                  \
      abort();                                                                         \
    }                                                                                  \
  } while (0)

// A call that returns `expected` and leaves errno alone.
#define RETURNS(expected, call)          \
  do {                                   \
    errno = 77;                          \
    const int result_of_call = (call);   \
    CHECK(result_of_call == (expected)); \
    CHECK(errno == 77);                  \
  } while (0)

static inline struct timespec soon(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_nsec += 2000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_nsec -= 1000000000;
    ++time.tv_sec;
  }
  return time;
}

static inline void in_thread(void* (*function)(void*), void* argument) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, function, argument) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

struct piece {
  void* (*function)(void*);
  void* argument;
  int is_done;
};

static void* run_piece(void* piece_to_run) {
  struct piece* piece = (struct piece*)piece_to_run;
  piece->function(piece->argument);
  __atomic_store_n(&piece->is_done, 1, __ATOMIC_RELEASE);
  return NULL;
}

// Returns when it has run, but does not join: no call orders the thread before what follows.
static inline void in_thread_apart(void* (*function)(void*), void* argument) {
  struct piece piece = {function, argument, 0};
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, run_piece, &piece) == 0);
  CHECK(pthread_detach(thread) == 0);
  const struct timespec moment = {0, 1000 * 1000};
  while (!__atomic_load_n(&piece.is_done, __ATOMIC_ACQUIRE)) nanosleep(&moment, NULL);
}

struct scenario {
  const char* name;
  void (*run)(void);
};

static inline int run_scenario(const struct scenario* scenarios, size_t count, int argc,
                               char** argv) {
  for (size_t i = 0; i < count; ++i) {
    if (argc == 2 && strcmp(argv[1], scenarios[i].name) == 0) {
      scenarios[i].run();
      puts("ok");
      return 0;
    }
  }
  puts("no such scenario");
  return 2;
}

#define RUN_SCENARIO(scenarios, argc, argv) \
  run_scenario(scenarios, sizeof(scenarios) / sizeof((scenarios)[0]), argc, argv)

#endif  // LOCKDEP_TESTS_HOOKS_PROGRAMS_CHECK_H_
