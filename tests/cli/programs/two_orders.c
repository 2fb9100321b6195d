// Takes two locks in the order that it is told: ab or ba.

#include <pthread.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

// Not inlined: the reports are to name the functions, and clang merges what both do into one line
// 0.
__attribute__((noinline)) static void TakeAThenB(void) {
  pthread_mutex_lock(&lock_a);
  pthread_mutex_lock(&lock_b);
  pthread_mutex_unlock(&lock_b);
  pthread_mutex_unlock(&lock_a);
}

__attribute__((noinline)) static void TakeBThenA(void) {
  pthread_mutex_lock(&lock_b);
  pthread_mutex_lock(&lock_a);
  pthread_mutex_unlock(&lock_a);
  pthread_mutex_unlock(&lock_b);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  if (argv[1][0] == 'a') {
    TakeAThenB();
  } else {
    TakeBThenA();
  }
  return 0;
}
