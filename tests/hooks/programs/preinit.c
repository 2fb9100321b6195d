// Locks before any constructor runs, libc's own included.

#include "check.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void lock_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void lock_a_then_b(void) { lock_both(&a, &b); }
static void lock_b_then_a(void) { lock_both(&b, &a); }

__attribute__((section(".preinit_array"),
               used)) static void (*const at_start)(void) = lock_a_then_b;

static const struct scenario scenarios[] = {
    {"in_order", lock_a_then_b},
    {"against_it", lock_b_then_a},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
