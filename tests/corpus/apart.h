// Two or more pieces of work, each in a thread of its own, kept apart by time alone:
// nothing orders them, so each could as well run while another one does.

#ifndef LOCKDEP_TESTS_CORPUS_APART_H_
#define LOCKDEP_TESTS_CORPUS_APART_H_

#include <pthread.h>
#include <unistd.h>

typedef void (*Work)(void);

struct Start {
  Work work;
  int after;  // In units of 60 ms.
};

static void* run_start(void* argument) {
  const struct Start* start = (const struct Start*)argument;
  usleep((useconds_t)start->after * 60 * 1000);
  start->work();
  return NULL;
}

static inline void run_apart3(Work first, Work second, Work third) {
  struct Start starts[3] = {{first, 0}, {second, 1}, {third, 2}};
  const int count = third == NULL ? 2 : 3;
  pthread_t threads[3];
  for (int i = 0; i < count; ++i) pthread_create(&threads[i], NULL, run_start, &starts[i]);
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

static inline void run_apart(Work first, Work second) { run_apart3(first, second, NULL); }

// Waits until `count` threads have come here: what they hold then, they hold at once, however
// slow the machine is.  Nothing that it does orders them for who watches locks.
static int met;

static inline void meet(int count) {
  __atomic_add_fetch(&met, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&met, __ATOMIC_SEQ_CST) < count) usleep(1000);
}

#endif  // LOCKDEP_TESTS_CORPUS_APART_H_
