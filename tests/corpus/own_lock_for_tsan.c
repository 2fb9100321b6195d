// EXPECT: lock-order-inversion
// WHY: the locks say for ThreadSanitizer what is done to them: a before b here, b before a there.

#include "apart.h"

extern void __tsan_mutex_pre_lock(void* lock, unsigned flags) __attribute__((weak));
extern void __tsan_mutex_post_lock(void* lock, unsigned flags, int depth) __attribute__((weak));
extern int __tsan_mutex_pre_unlock(void* lock, unsigned flags) __attribute__((weak));

static char a;
static char b;

static void take(char* lock) {
  if (__tsan_mutex_pre_lock != NULL) __tsan_mutex_pre_lock(lock, 0);
  while (__atomic_test_and_set(lock, __ATOMIC_ACQUIRE)) usleep(1);
  if (__tsan_mutex_post_lock != NULL) __tsan_mutex_post_lock(lock, 0, 1);
}

static void give_back(char* lock) {
  if (__tsan_mutex_pre_unlock != NULL) __tsan_mutex_pre_unlock(lock, 0);
  __atomic_clear(lock, __ATOMIC_RELEASE);
}

static void take_both(char* first, char* second) {
  take(first);
  take(second);
  give_back(second);
  give_back(first);
}

static void first(void) { take_both(&a, &b); }
static void second(void) { take_both(&b, &a); }

int main(void) {
  run_apart(first, second);
  return 0;
}
