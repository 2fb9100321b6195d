// Many of everything: what other tools have a bound for.

#include <pthread.h>
#include <stdlib.h>

#include "check.h"

enum { kHeld = 100000, kRing = 1000, kFewInArray = 64, kApart = 1000000, kTimes = 1000 };

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

// Each is a class of its own: nothing says what they have in common.
static pthread_mutex_t* new_mutexes(size_t count) {
  pthread_mutex_t* mutexes = calloc(count, sizeof(*mutexes));
  CHECK(mutexes != NULL);
  return mutexes;
}

// All of one class.
static pthread_mutex_t* new_mutexes_of_a_class(size_t count) {
  pthread_mutex_t* mutexes = new_mutexes(count + kFewInArray);
  for (size_t i = 0; i < count + kFewInArray; ++i)
    RETURNS(0, pthread_mutex_init(&mutexes[i], NULL));
  return mutexes + kFewInArray;
}

static void take(pthread_mutex_t* first, pthread_mutex_t* second) {
  RETURNS(0, pthread_mutex_lock(first));
  RETURNS(0, pthread_mutex_lock(second));
  RETURNS(0, pthread_mutex_unlock(second));
  RETURNS(0, pthread_mutex_unlock(first));
}

// Each inside all before it, so that each is a dependency nobody knew.
static void hold_many(void) {
  pthread_mutex_t* mutexes = new_mutexes(kHeld);
  for (int i = 0; i < kHeld; ++i) RETURNS(0, pthread_mutex_lock(&mutexes[i]));
  for (int i = kHeld; i-- > 0;) RETURNS(0, pthread_mutex_unlock(&mutexes[i]));
}

static void* take_two_of_ring(void* first_of_two) {
  pthread_mutex_t* mutexes = first_of_two;
  take(&mutexes[0], &mutexes[1]);
  return NULL;
}

static void* close_ring(void* ring) {
  pthread_mutex_t* mutexes = ring;
  take(&mutexes[kRing - 1], &mutexes[0]);
  return NULL;
}

// Two at a time, each in a thread of its own: only all together are a circle.
static void close_cycle(pthread_mutex_t* ring) {
  for (int i = 0; i + 1 < kRing; ++i) in_thread_apart(take_two_of_ring, &ring[i]);
  in_thread_apart(close_ring, ring);
}

static void long_cycle(void) { close_cycle(new_mutexes(kRing)); }

static void long_cycle_in_a_class(void) { close_cycle(new_mutexes_of_a_class(kRing)); }

static void* take_a_then_b(void* unused) {
  take(&a, &b);
  return unused;
}

static void* take_b_then_a(void* unused) {
  take(&b, &a);
  return unused;
}

// A million locks live and die between the two halves.
static void halves_far_apart(void) {
  in_thread_apart(take_a_then_b, NULL);
  pthread_mutex_t* mutexes = new_mutexes(kApart);
  for (int i = 0; i < kApart; ++i) {
    RETURNS(0, pthread_mutex_lock(&mutexes[i]));
    RETURNS(0, pthread_mutex_unlock(&mutexes[i]));
  }
  for (int i = 0; i < kApart; ++i) RETURNS(0, pthread_mutex_destroy(&mutexes[i]));
  free(mutexes);
  in_thread_apart(take_b_then_a, NULL);
}

static void* take_often(void* order) {
  for (int i = 0; i < kTimes; ++i) (order == &a ? take_a_then_b : take_b_then_a)(NULL);
  return NULL;
}

static void same_inversion(void) {
  in_thread_apart(take_often, &a);
  in_thread_apart(take_often, &b);
}

static void* take_pairs(void* mutexes_of_pairs) {
  pthread_mutex_t* pairs = mutexes_of_pairs;
  for (int i = 0; i < kTimes; ++i) take(&pairs[2 * i], &pairs[2 * i + 1]);
  return NULL;
}

static void* take_pairs_turned(void* mutexes_of_pairs) {
  pthread_mutex_t* pairs = mutexes_of_pairs;
  for (int i = 0; i < kTimes; ++i) take(&pairs[2 * i + 1], &pairs[2 * i]);
  return NULL;
}

static void many_inversions(void) {
  pthread_mutex_t* pairs = new_mutexes(2 * kTimes);
  in_thread_apart(take_pairs, pairs);
  in_thread_apart(take_pairs_turned, pairs);
}

static const struct scenario scenarios[] = {
    {"hold_many", hold_many},
    {"long_cycle", long_cycle},
    {"long_cycle_in_a_class", long_cycle_in_a_class},
    {"halves_far_apart", halves_far_apart},
    {"same_inversion", same_inversion},
    {"many_inversions", many_inversions},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
