// A fork while other threads are in the cold path: the child has their threads no
// longer, and what they were about to change is whole.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "lockdep/native_stack_fork.h"
#include "lockdep/validator.h"

extern "C" {
// The unwinder's calls (internal/unwinder_host.cc).
int lockdep_unwind_wrlock(void*);
int lockdep_unwind_unlock(void*);
}

namespace lockdep {
namespace {

constexpr int kForks = 40;
constexpr int kOthers = 3;

class Counter final : public Observer {
 public:
  void OnViolation(const Violation& /*violation*/) override { ++violations; }

  int violations = 0;  // Guarded by the graph lock.
};

class Host {
 public:
  ThreadContext& CreateThread() { return *validator_.CreateThread("thread"); }

  void TakeBoth(ThreadContext& thread, const LockMap& outer, const LockMap& inner) {
    validator_.Acquire(thread, {.lock = &outer});
    validator_.Acquire(thread, {.lock = &inner});
    validator_.Release(thread, inner, {});
    validator_.Release(thread, outer, {});
  }

  // A class, a chain and a dependency that nobody saw before.
  void LearnSomething(ThreadContext& thread) {
    const LockMap fresh({next_key_.fetch_add(1)}, "fresh", LockKind::kMutex);
    TakeBoth(thread, common_, fresh);
  }

  void LearnUntilTheEnd(ThreadContext& thread) {
    while (!has_ended_) {
      is_paused_.wait(true);
      LearnSomething(thread);
    }
  }
  void End() {
    has_ended_ = true;
    Pause(false);
  }

  // Returns what the child finds of its own mistake: 1 if all is well.
  int Fork(ThreadContext& thread) {
    Pause(false);
    for (int i = 0; i < 200; ++i) LearnSomething(thread);  // While the others do, too.
    validator_.LockGraph();
    const pid_t child = fork();
    if (child != 0) {
      validator_.UnlockGraph();
      Pause(true);  // The child looks at all that was learnt.
      int status = 0;
      waitpid(child, &status, 0);
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    alarm(60);  // Rather than for ever, where it waits for a thread that is not there.
    validator_.AfterForkInChild(&thread);
    for (int i = 0; i < 100; ++i) LearnSomething(thread);
    const LockMap a({next_key_.fetch_add(1)}, "a", LockKind::kMutex);
    const LockMap b({next_key_.fetch_add(1)}, "b", LockKind::kMutex);
    TakeBoth(thread, a, b);
    TakeBoth(thread, b, a);
    validator_.CheckInvariants();
    _exit(validator_.stopped() ? 100 : counter_.violations);
  }

  const Counter& counter() const { return counter_; }

 private:
  void Pause(bool is_paused) {
    is_paused_ = is_paused;
    is_paused_.notify_all();
  }

  Counter counter_;
  Validator validator_{Validator::Config{.observer = &counter_}};
  LockMap common_{{1}, "common", LockKind::kMutex};
  std::atomic<uint64_t> next_key_{2};
  std::atomic<bool> is_paused_{true};
  std::atomic<bool> has_ended_{false};
};

TEST(ForkTest, TheChildGoesOnThoughOthersWereInTheColdPath) {
  Host host;
  std::vector<std::thread> others;
  for (int i = 0; i < kOthers; ++i) {
    others.emplace_back([&] { host.LearnUntilTheEnd(host.CreateThread()); });
  }
  ThreadContext& thread = host.CreateThread();
  for (int i = 0; i < kForks; ++i) {
    EXPECT_EQ(host.Fork(thread), 1);
  }
  host.End();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(host.counter().violations, 0);
}

TEST(ForkTest, TheChildUnwindsThoughAnotherThreadDidWhenItBegan) {
  lockdep_unwind_wrlock(nullptr);  // With all signals blocked.
  const pid_t child = fork();
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    alarm(60);
    ResetNativeStackInChild();
    lockdep_unwind_wrlock(nullptr);
    _exit(0);
  }
  lockdep_unwind_unlock(nullptr);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lockdep
