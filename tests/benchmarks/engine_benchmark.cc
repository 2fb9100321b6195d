// What the engine costs its host: the hot path at several depths, and each kind
// of cold path by itself.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "lockdep/lockdep.h"

namespace {

using lockdep::ClassKey;
using lockdep::LockKind;
using lockdep::LockMap;
using lockdep::ThreadContext;
using lockdep::Validator;

constexpr uint64_t kFirstKey = 1000;

// Locks of distinct classes; they never move, since threads point to them.
class Locks {
 public:
  explicit Locks(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      locks_.push_back(
          std::make_unique<LockMap>(ClassKey{kFirstKey + i}, "benchmark", LockKind::kMutex));
    }
  }
  LockMap& operator[](size_t index) { return *locks_[index]; }

 private:
  std::vector<std::unique_ptr<LockMap>> locks_;
};

void Acquire(Validator& validator, ThreadContext& thread, LockMap& lock) {
  validator.Acquire(thread, {.lock = &lock, .site = LOCKDEP_CALL_SITE()});
}

void Release(Validator& validator, ThreadContext& thread, LockMap& lock) {
  validator.Release(thread, lock, LOCKDEP_CALL_SITE());
}

// One pair on a chain that is known, with range(0) - 1 other locks held.
void BM_KnownChainPair(benchmark::State& state) {
  Validator validator({});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  const size_t depth = static_cast<size_t>(state.range(0));
  Locks locks(depth);
  for (size_t i = 0; i + 1 < depth; ++i) Acquire(validator, thread, locks[i]);
  LockMap& innermost = locks[depth - 1];
  for (auto _ : state) {
    Acquire(validator, thread, innermost);
    benchmark::ClobberMemory();
    Release(validator, thread, innermost);
  }
}
BENCHMARK(BM_KnownChainPair)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

// The same pair among range(0) classes taken in turn: the shared read misses the caches.
void BM_KnownChainPairAmongManyClasses(benchmark::State& state) {
  Validator validator({});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  const size_t count = static_cast<size_t>(state.range(0));
  Locks locks(count);
  size_t next = 0;
  for (auto _ : state) {
    Acquire(validator, thread, locks[next]);
    benchmark::ClobberMemory();
    Release(validator, thread, locks[next]);
    next = next + 1 == count ? 0 : next + 1;
  }
}
BENCHMARK(BM_KnownChainPairAmongManyClasses)->Arg(1000)->Arg(100000);

// Takes locks[i], then locks[i + step], for pairs (i, step) that never repeat.
class PairWalk {
 public:
  explicit PairWalk(size_t count) : count_(count) {}
  size_t outer() const { return outer_; }
  size_t inner() const { return outer_ + step_; }
  void Next() {
    if (++outer_ + step_ < count_) return;
    outer_ = 0;
    ++step_;
  }

 private:
  size_t count_;
  size_t outer_ = 0;
  size_t step_ = 1;
};

// A chain never seen that adds one dependency between two known classes.
// Every pair goes upwards, so no cycle ever appears.  range(0) is the number of classes.
void NewDependency(benchmark::State& state, lockdep::StackSource* stacks) {
  Validator validator({.stacks = stacks});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  Locks locks(static_cast<size_t>(state.range(0)));
  PairWalk pair(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    Acquire(validator, thread, locks[pair.outer()]);
    Acquire(validator, thread, locks[pair.inner()]);
    Release(validator, thread, locks[pair.inner()]);
    Release(validator, thread, locks[pair.outer()]);
    pair.Next();
  }
  state.counters["dependencies"] = static_cast<double>(validator.Stats().dependencies);
}

void BM_NewDependency(benchmark::State& state) { NewDependency(state, nullptr); }
BENCHMARK(BM_NewDependency)->Arg(1000)->Arg(10000)->Arg(100000)->Iterations(20000);

void BM_NewDependencyWithStacks(benchmark::State& state) {
  lockdep::NativeStack stacks;
  NewDependency(state, &stacks);
}
BENCHMARK(BM_NewDependencyWithStacks)->Arg(10000)->Iterations(20000);

// A chain never seen whose dependencies are all known: permuted read modes make
// ever new keys over the same classes.
void BM_NewChainOfKnownDependencies(benchmark::State& state) {
  constexpr size_t kDepth = 20;
  Validator validator({});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  Locks locks(kDepth);
  uint64_t modes = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < kDepth; ++i) {
      const auto trylock =
          modes >> (kDepth - 1 - i) & 1 ? lockdep::TryLock::kYes : lockdep::TryLock::kNo;
      validator.Acquire(thread,
                        {.lock = &locks[i], .trylock = trylock, .site = LOCKDEP_CALL_SITE()});
    }
    for (size_t i = kDepth; i-- > 0;) Release(validator, thread, locks[i]);
    ++modes;
  }
  state.counters["chains"] = static_cast<double>(validator.Stats().chains);
}
BENCHMARK(BM_NewChainOfKnownDependencies)->Iterations(100000);

// "Is this lock held?", asked with range(0) locks held, about a lock that is not among
// them: nothing ends the search early.
void BM_IsHeld(benchmark::State& state) {
  Validator validator({});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  const size_t depth = static_cast<size_t>(state.range(0));
  Locks locks(depth + 1);
  for (size_t i = 0; i < depth; ++i) Acquire(validator, thread, locks[i]);
  for (auto _ : state) {
    benchmark::DoNotOptimize(validator.IsHeld(thread, locks[depth], lockdep::HeldMode::kAny));
  }
}
BENCHMARK(BM_IsHeld)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

// A key that is registered, taken under a lock that stays, and ends, after range(0) others
// did.
void BM_KeyComesAndGoes(benchmark::State& state) {
  Validator validator({});
  ThreadContext& thread = *validator.CreateThread("benchmark");
  Locks outer(1);
  uint64_t next_key = kFirstKey + 1;
  const auto come_and_go = [&] {
    LockMap lock(ClassKey{next_key++}, "benchmark", LockKind::kMutex);
    validator.RegisterKey(lock.key);
    Acquire(validator, thread, outer[0]);
    Acquire(validator, thread, lock);
    Release(validator, thread, lock);
    Release(validator, thread, outer[0]);
    validator.UnregisterKey(thread, lock.key, LOCKDEP_CALL_SITE());
  };
  for (int64_t i = 0; i < state.range(0); ++i) come_and_go();
  for (auto _ : state) come_and_go();
}
BENCHMARK(BM_KeyComesAndGoes)->Arg(0)->Arg(10000)->Arg(100000)->Iterations(10000);

}  // namespace

BENCHMARK_MAIN();
