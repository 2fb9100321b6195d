// What locks cost a program, row by row: nanoseconds for one pair of lock and unlock.
//
// Usage: lock_costs [MILLISECONDS [ROW...]]
//
// Each row is measured for so long (100 ms unless told) in slices, those of the functions
// that the program gets and those of libc's own by turns, so that both meet the same moods
// of the machine; where they are the same functions only one is measured.  Prints
//
//   ROW NS LOW HIGH [LIBC RATIO LOW HIGH]
//
// medians with the quartiles; the ratios are those of neighbouring slices.  Plain C with
// nothing of ours in it: the same source is built with ThreadSanitizer and run under Valgrind.
//
// A second thread sleeps through all of it: glibc locks without atomic instructions while a
// process has one thread, and no threaded program gets that.

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct functions {
  int (*lock)(pthread_mutex_t*);
  int (*unlock)(pthread_mutex_t*);
  int (*read_lock)(pthread_rwlock_t*);
  int (*read_unlock)(pthread_rwlock_t*);
  int (*init)(pthread_mutex_t*, const pthread_mutexattr_t*);
  int (*destroy)(pthread_mutex_t*);
};

// What a program that is linked with libc calls: a tool's, where one interposes.
static const struct functions given = {pthread_mutex_lock,    pthread_mutex_unlock,
                                       pthread_rwlock_rdlock, pthread_rwlock_unlock,
                                       pthread_mutex_init,    pthread_mutex_destroy};
static struct functions libc;

enum { MOST_LOCKS = 1000000, MOST_SLICES = 4001, MOST_HELD = 64 };

static pthread_mutex_t* locks;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static unsigned next_lock;

static void pairs_of(const struct functions* call, long count, pthread_mutex_t* lock) {
  for (long i = 0; i < count; ++i) {
    call->lock(lock);
    call->unlock(lock);
  }
}

static void pairs(const struct functions* call, long count, long unused) {
  (void)unused;
  pairs_of(call, count, &locks[0]);
}

// From two places by turns, as most locks are taken in several.
static void two_places(const struct functions* call, long count, long unused) {
  (void)unused;
  for (long i = 0; i < count; ++i) {
    call->lock(&locks[0]);
    call->unlock(&locks[0]);
    call->lock(&locks[0]);
    call->unlock(&locks[0]);
  }
}

static void nested(const struct functions* call, long count, long depth) {
  for (long i = 0; i < count; ++i) {
    for (long held = 0; held < depth; ++held) call->lock(&locks[held]);
    for (long held = depth; held-- > 0;) call->unlock(&locks[held]);
  }
}

// With others held all the while.
static void upon(const struct functions* call, long count, long depth) {
  for (long held = 0; held < depth - 1; ++held) call->lock(&locks[held]);
  for (long i = 0; i < count; ++i) {
    call->lock(&locks[depth - 1]);
    call->unlock(&locks[depth - 1]);
  }
  for (long held = depth - 1; held-- > 0;) call->unlock(&locks[held]);
}

static void among(const struct functions* call, long count, long number) {
  for (long i = 0; i < count; ++i) {
    next_lock = next_lock + 1 >= (unsigned long)number ? 0 : next_lock + 1;
    call->lock(&locks[next_lock]);
    call->unlock(&locks[next_lock]);
  }
}

static void readers(const struct functions* call, long count, long unused) {
  (void)unused;
  for (long i = 0; i < count; ++i) {
    call->read_lock(&rwlock);
    call->read_unlock(&rwlock);
  }
}

static void churn(const struct functions* call, long count, long unused) {
  (void)unused;
  for (long i = 0; i < count; ++i) {
    pthread_mutex_t* lock = malloc(sizeof(*lock));
    call->init(lock, NULL);
    call->lock(lock);
    call->unlock(lock);
    call->destroy(lock);
    free(lock);
  }
}

// A second thread that does the same at the same time, with `locks[distance]`.
static struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  const struct functions* call;  // Null: nothing to do.
  long count;
  long lock;
} other = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0};

static void* run_other(void* unused) {
  pthread_mutex_lock(&other.mutex);
  for (;;) {
    while (other.call == NULL) pthread_cond_wait(&other.changed, &other.mutex);
    pthread_mutex_unlock(&other.mutex);
    pairs_of(other.call, other.count, &locks[other.lock]);
    pthread_mutex_lock(&other.mutex);
    other.call = NULL;
    pthread_cond_broadcast(&other.changed);
  }
  return unused;
}

static void two_threads(const struct functions* call, long count, long distance) {
  pthread_mutex_lock(&other.mutex);
  other.call = call;
  other.count = count;
  other.lock = distance;
  pthread_cond_broadcast(&other.changed);
  pthread_mutex_unlock(&other.mutex);
  pairs_of(call, count, &locks[0]);
  pthread_mutex_lock(&other.mutex);
  while (other.call != NULL) pthread_cond_wait(&other.changed, &other.mutex);
  pthread_mutex_unlock(&other.mutex);
}

struct row {
  const char* name;
  void (*run)(const struct functions*, long count, long argument);
  long argument;
  long pairs;        // In one step.
  long steps_first;  // Before it is measured: until nothing is new.
  bool by_the_clock;
};

static const struct row rows[] = {
    {"pair", pairs, 0, 1, 100, false},
    {"two_places", two_places, 0, 2, 100, false},
    {"nested_2", nested, 2, 2, 100, false},
    {"nested_4", nested, 4, 4, 100, false},
    {"among_100", among, 100, 1, 1000, false},
    {"among_10k", among, 10000, 1, 30000, false},
    {"among_1M", among, MOST_LOCKS, 1, 3 * MOST_LOCKS, false},
    {"depth_1", upon, 1, 1, 100, false},
    {"depth_8", upon, 8, 1, 100, false},
    {"depth_32", upon, 32, 1, 100, false},
    {"depth_64", upon, 64, 1, 100, false},
    {"rwlock_read", readers, 0, 1, 100, false},
    {"two_private", two_threads, 64, 2, 1000, true},
    {"two_contended", two_threads, 0, 2, 1000, true},
    {"churn", churn, 0, 1, 1000, false},
};

static double now(const struct row* row) {
  struct timespec time;
  clock_gettime(row->by_the_clock ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

// Nanoseconds for a pair.
static double slice(const struct row* row, const struct functions* call, long steps) {
  const double begin = now(row);
  row->run(call, steps, row->argument);
  return (now(row) - begin) / (double)(steps * row->pairs);
}

static int compare(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

struct spread {
  double low, median, high;
};

static struct spread spread_of(double* values, int count) {
  qsort(values, (size_t)count, sizeof(*values), compare);
  return (struct spread){values[count / 4], values[count / 2], values[count * 3 / 4]};
}

// Steps for a slice of half a millisecond, for two threads of two; the first ones are not
// counted.  How long two threads take depends on more than on what they do, so one is asked.
static long steps_for_slice(const struct row* row, const struct functions* call) {
  const double wanted = 5e5;
  row->run(call, row->steps_first, row->argument);
  if (row->by_the_clock) return 4 * steps_for_slice(&rows[0], call);
  long steps = 1;
  for (;;) {
    const double took = slice(row, call, steps) * (double)(steps * row->pairs);
    if (took >= wanted) return steps;
    steps = took < wanted / 20 ? steps * 10 : (long)((double)steps * wanted / took) + 1;
  }
}

static void measure(const struct row* row, double milliseconds) {
  static double of_given[MOST_SLICES], of_libc[MOST_SLICES], ratios[MOST_SLICES];
  const bool is_paired = libc.lock != given.lock;
  const long steps = steps_for_slice(row, &given);
  const long libc_steps = is_paired ? steps_for_slice(row, &libc) : 0;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  const double begin = (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
  int count = 0;
  for (double then = begin; count < MOST_SLICES && then < begin + milliseconds;) {
    of_given[count] = slice(row, &given, steps);
    if (is_paired) of_libc[count] = slice(row, &libc, libc_steps);
    if (is_paired) ratios[count] = of_given[count] / of_libc[count];
    ++count;
    clock_gettime(CLOCK_MONOTONIC, &time);
    then = (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
  }
  const struct spread one = spread_of(of_given, count);
  printf("%s %.2f %.2f %.2f", row->name, one.median, one.low, one.high);
  if (is_paired) {
    const struct spread ratio = spread_of(ratios, count);
    printf(" %.2f %.2f %.2f %.2f", spread_of(of_libc, count).median, ratio.median, ratio.low,
           ratio.high);
  }
  puts("");
  fflush(stdout);
}

static void* symbol(void* library, const char* name) {
  void* found = dlsym(library, name);
  if (found == NULL) exit(1);
  return found;
}

static void find_libc(void) {
  void* library = dlopen("libc.so.6", RTLD_LAZY);
  if (library == NULL) exit(1);
  *(void**)&libc.lock = symbol(library, "pthread_mutex_lock");
  *(void**)&libc.unlock = symbol(library, "pthread_mutex_unlock");
  *(void**)&libc.read_lock = symbol(library, "pthread_rwlock_rdlock");
  *(void**)&libc.read_unlock = symbol(library, "pthread_rwlock_unlock");
  *(void**)&libc.init = symbol(library, "pthread_mutex_init");
  *(void**)&libc.destroy = symbol(library, "pthread_mutex_destroy");
}

static bool is_wanted(const char* name, char** names) {
  if (*names == NULL) return true;
  for (; *names != NULL; ++names) {
    if (strcmp(*names, name) == 0) return true;
  }
  return false;
}

int main(int argc, char** argv) {
  const double milliseconds = argc > 1 ? atof(argv[1]) : 100;
  pthread_t sleeper;
  find_libc();
  locks = calloc(MOST_LOCKS, sizeof(*locks));
  if (locks == NULL || pthread_create(&sleeper, NULL, run_other, NULL) != 0) return 1;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    if (is_wanted(rows[i].name, argv + (argc > 1 ? 2 : 1))) measure(&rows[i], milliseconds);
  }
  return 0;
}
