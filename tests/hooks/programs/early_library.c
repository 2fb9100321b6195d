// A library whose constructor locks, before any constructor of ours has run,
// and whose destructor does so the other way round.

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void lock_and_unlock(pthread_mutex_t* first, pthread_mutex_t* second) {
  if (pthread_mutex_lock(first) != 0 || pthread_mutex_lock(second) != 0) abort();
  if (pthread_mutex_unlock(second) != 0 || pthread_mutex_unlock(first) != 0) abort();
}

// An allocator of C++ that takes its first mutex, which starts the hooks, inside a lock of its own
// making: they must not ask it for memory then.
static pthread_mutex_t of_allocator = PTHREAD_MUTEX_INITIALIZER;
static char is_inside;

void* _Znwm(size_t size) {
  if (__atomic_test_and_set(&is_inside, __ATOMIC_ACQUIRE)) abort();
  if (pthread_mutex_lock(&of_allocator) != 0) abort();
  void* memory = malloc(size);
  if (pthread_mutex_unlock(&of_allocator) != 0) abort();
  __atomic_clear(&is_inside, __ATOMIC_RELEASE);
  return memory;
}

void _ZdlPv(void* memory) { free(memory); }

__attribute__((constructor(101))) static void start(void) {
  _ZdlPv(_Znwm(1));
  lock_and_unlock(&a, &b);
}

__attribute__((destructor(101))) static void end(void) { lock_and_unlock(&b, &a); }

int early_library(void) { return 0; }
