// A signal at every instruction of a lock operation that takes the hot path.  The handler
// takes two locks.  What the thread holds must be right afterwards: the next lock is one
// that nobody took before, so that what it is taken upon stands in the recording.  Those
// are the recursive ones.
//
// Says how many such locks there were.

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <atomic>
#include <string>

#include "tests/support/stepped_child.h"

namespace {

using lockdep::testing::InterruptEverywhere;

constexpr int kManyLocks = 64;  // More than there is room for at first.

pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t within_handler = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t many[kManyLocks];
pthread_mutex_t fresh[1000];
std::atomic<int>* runs;  // The child's, seen by its parent.
bool takes_many = false;

void TakeFresh() {
  pthread_mutex_t* const lock = &fresh[runs->fetch_add(1)];
  *lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
}

void Handle(int /*signal*/) {
  pthread_mutex_lock(&of_handler);
  pthread_mutex_lock(&within_handler);
  if (takes_many) {
    for (auto& lock : many) pthread_mutex_lock(&lock);
    for (int i = kManyLocks; i-- > 0;) pthread_mutex_unlock(&many[i]);
  }
  pthread_mutex_unlock(&within_handler);
  pthread_mutex_unlock(&of_handler);
}

// Each is one place in the program, because a known step is of one: not a jump to the hook.
__attribute__((noinline)) void LockOuter() {
  pthread_mutex_lock(&outer);
  asm volatile("");
}
__attribute__((noinline)) void LockInner() {
  pthread_mutex_lock(&inner);
  asm volatile("");
}

// Not inlined either, so that there is one place whether it is interrupted or not.
__attribute__((noinline)) void MarkIf(bool is_interrupted) {
  if (is_interrupted) LOCKDEP_STEP_MARK();
}
__attribute__((noinline)) void TakeFreshIf(bool is_interrupted) {
  if (is_interrupted) TakeFresh();
}

void InterruptLock(bool is_interrupted) {
  LockOuter();
  MarkIf(is_interrupted);
  LockInner();
  MarkIf(is_interrupted);
  TakeFreshIf(is_interrupted);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
}

void InterruptFirstLock(bool is_interrupted) {
  MarkIf(is_interrupted);
  LockOuter();
  MarkIf(is_interrupted);
  TakeFreshIf(is_interrupted);
  pthread_mutex_unlock(&outer);
}

void InterruptUnlock(bool is_interrupted) {
  LockOuter();
  LockInner();
  MarkIf(is_interrupted);
  pthread_mutex_unlock(&inner);
  MarkIf(is_interrupted);
  TakeFreshIf(is_interrupted);
  pthread_mutex_unlock(&outer);
}

void (*Find(const char* name))(bool) {
  if (strcmp(name, "lock") == 0) return InterruptLock;
  if (strcmp(name, "first_lock") == 0) return InterruptFirstLock;
  return InterruptUnlock;
}

}  // namespace

// Arguments: what is interrupted; whether the hooks see the handler come ("seen") or not
// ("unseen", as sigset is not interposed); how many locks it takes ("two" or "many").
int main(int argc, char** argv) {
  if (argc < 4) return 2;
  takes_many = strcmp(argv[3], "many") == 0;
  void* shared =
      mmap(nullptr, sizeof(*runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  runs = new (shared) std::atomic<int>(0);
  strcmp(argv[2], "seen") == 0 ? signal(SIGUSR1, Handle) : sigset(SIGUSR1, Handle);
  const auto run = Find(argv[1]);
  const auto result = InterruptEverywhere([run] {
    // From one place, since those who call are noted too.
    for (int i = runs->load() == 0 ? 3 : 0; i >= 0; --i) {
      asm volatile("" : "+r"(i));
      run(/*is_interrupted=*/i == 0);
    }
    return "";
  });
  if (!result.has_value()) {
    puts("unknown");
  } else if (!result->failure.empty() || result->places < 30) {
    printf("%ld places; %s\n", result->places, result->failure.c_str());
  } else {
    printf("%d\n", runs->load());
  }
}
