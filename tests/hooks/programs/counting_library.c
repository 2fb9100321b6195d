// A library that interposes too, behind the hooks: it counts what passes through it and
// says so at the end.

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int taken;
static atomic_int released;

static int count(atomic_int* counter, int result) {
  if (result == 0) atomic_fetch_add(counter, 1);
  return result;
}

#define PASS_ON(counter, name, type)                     \
  int name(type* lock) {                                 \
    static int (*next)(type*);                           \
    if (!next) *(void**)&next = dlsym(RTLD_NEXT, #name); \
    return count(&counter, next(lock));                  \
  }

PASS_ON(taken, pthread_mutex_lock, pthread_mutex_t)
PASS_ON(taken, pthread_mutex_trylock, pthread_mutex_t)
PASS_ON(released, pthread_mutex_unlock, pthread_mutex_t)
PASS_ON(taken, pthread_rwlock_rdlock, pthread_rwlock_t)
PASS_ON(taken, pthread_rwlock_tryrdlock, pthread_rwlock_t)
PASS_ON(taken, pthread_rwlock_wrlock, pthread_rwlock_t)
PASS_ON(taken, pthread_rwlock_trywrlock, pthread_rwlock_t)
PASS_ON(released, pthread_rwlock_unlock, pthread_rwlock_t)

// What the program did itself, and nobody else.
void count_from_here(void) {
  atomic_store(&taken, 0);
  atomic_store(&released, 0);
}
void say_counts(void) {
  printf("%d taken, %d released\n", atomic_load(&taken), atomic_load(&released));
}
