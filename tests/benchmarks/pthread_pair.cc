// Prints how many instructions a known pthread_mutex_lock and unlock take, libc's
// own included; with the argument "rwlock", those of a reader.  Says "unknown"
// where the system does not allow tracing.

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/benchmarks/instruction_counter.h"

namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

void MutexPair() {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

void ReaderPair() {
  pthread_rwlock_rdlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
}

}  // namespace

int main(int argc, char** argv) {
  void (*const pair)() = argc > 1 && strcmp(argv[1], "rwlock") == 0 ? ReaderPair : MutexPair;
  const auto count = lockdep::CountInstructions([pair] {
    // Until nothing about it is new; the compiler shall make one call of it.
    for (int rest = 3; rest >= 0; --rest) {
      asm volatile("" : "+r"(rest));
      if (rest == 0) LOCKDEP_COUNTER_MARK();
      pair();
      asm volatile("" : "+r"(rest));
    }
    LOCKDEP_COUNTER_MARK();
  });
  count.has_value() ? printf("%ld\n", *count) : puts("unknown");
}
