// A library with static locks, of which there are two alike.

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void lock(pthread_mutex_t* mutex) {
  if (pthread_mutex_lock(mutex) != 0) abort();
}

static void unlock(pthread_mutex_t* mutex) {
  if (pthread_mutex_unlock(mutex) != 0) abort();
}

void nest(int is_reversed) {
  pthread_mutex_t* const outer = is_reversed ? &b : &a;
  pthread_mutex_t* const inner = is_reversed ? &a : &b;
  lock(outer);
  lock(inner);
  unlock(inner);
  unlock(outer);
}

void keep(void) { lock(&a); }

void* place(void) { return &a; }
