// Every function of the rwlock family, in success and in failure, and what the
// preference of a rwlock means for its readers.

#include <sched.h>
#include <stdatomic.h>

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

// A reader who comes while a writer waits for another reader.
static struct {
  pthread_rwlock_t lock;
  atomic_int step;
  atomic_int is_written;
} scene;

static void wait_for_step(int step) {
  const struct timespec moment = {0, 1000 * 1000};
  while (atomic_load(&scene.step) < step) nanosleep(&moment, NULL);
}

static void* write_it(void* unused) {
  RETURNS(0, pthread_rwlock_wrlock(&scene.lock));
  atomic_store(&scene.is_written, 1);
  RETURNS(0, pthread_rwlock_unlock(&scene.lock));
  return unused;
}

// Returns whether it was written before the last of many reads, all at one place.
static void* read_it(void* unused) {
  (void)unused;
  int is_written = 0;
  for (int rest = 10; rest >= 0; --rest) {
    if (rest == 0) atomic_store(&scene.step, 1);
    if (rest == 0) wait_for_step(2);
    RETURNS(0, pthread_rwlock_rdlock(&scene.lock));
    is_written = atomic_load(&scene.is_written);
    RETURNS(0, pthread_rwlock_unlock(&scene.lock));
  }
  atomic_store(&scene.step, 3);
  return is_written ? &scene : NULL;
}

static int waits_for_writer(int preference) {
  const int has_waiting_writer = 2;
  pthread_t reader;
  pthread_t writer;
  void* is_written;
  make(&scene.lock, preference);
  atomic_store(&scene.step, 0);
  atomic_store(&scene.is_written, 0);
  RETURNS(0, pthread_rwlock_rdlock(&scene.lock));
  CHECK(pthread_create(&reader, NULL, read_it, NULL) == 0);
  wait_for_step(1);
  CHECK(pthread_create(&writer, NULL, write_it, NULL) == 0);
  const volatile unsigned* readers = &scene.lock.__data.__readers;
  while ((*readers & has_waiting_writer) == 0) sched_yield();
  atomic_store(&scene.step, 2);
  if (preference != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) wait_for_step(3);
  RETURNS(0, pthread_rwlock_unlock(&scene.lock));
  CHECK(pthread_join(writer, NULL) == 0);
  CHECK(pthread_join(reader, &is_written) == 0);
  RETURNS(0, pthread_rwlock_destroy(&scene.lock));
  return is_written != NULL;
}

static void reader_while_a_writer_waits(void) {
  CHECK(!waits_for_writer(PTHREAD_RWLOCK_PREFER_READER_NP));
  CHECK(!waits_for_writer(PTHREAD_RWLOCK_PREFER_WRITER_NP));
  CHECK(waits_for_writer(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
}

// What writers leave equal and nobody may see otherwise.
static volatile long first_half;
static volatile long second_half;
enum { ROUNDS = 2000 };

static void* write_often(void* unused) {
  for (int i = 0; i < ROUNDS; ++i) {
    RETURNS(0, pthread_rwlock_wrlock(&scene.lock));
    first_half = first_half + 1;
    second_half = second_half + 1;
    RETURNS(0, pthread_rwlock_unlock(&scene.lock));
  }
  return unused;
}

static void* read_often(void* unused) {
  for (int i = 0; i < 10 * ROUNDS; ++i) {
    RETURNS(0, pthread_rwlock_rdlock(&scene.lock));
    CHECK(first_half == second_half);
    RETURNS(0, pthread_rwlock_unlock(&scene.lock));
  }
  return unused;
}

static void readers_among_writers(void) {
  static void* (*const functions[])(void*) = {read_often, read_often, write_often, write_often};
  enum { THREADS = sizeof(functions) / sizeof(functions[0]) };
  for (int preference = 0; preference < 3; ++preference) {
    pthread_t threads[THREADS];
    make(&scene.lock, preference);
    for (int i = 0; i < THREADS; ++i) {
      CHECK(pthread_create(&threads[i], NULL, functions[i], NULL) == 0);
    }
    for (int i = 0; i < THREADS; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
    RETURNS(0, pthread_rwlock_destroy(&scene.lock));
  }
  CHECK(first_half == 3 * 2 * ROUNDS);
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
    {"reader_while_a_writer_waits", reader_while_a_writer_waits},
    {"readers_among_writers", readers_among_writers},
    {"unlock_unheld", unlock_unheld},
    {"destroy_held", destroy_held},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
