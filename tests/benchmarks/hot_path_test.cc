// The cost of the hot path as a test: instructions, unlike nanoseconds, do not
// vary from run to run.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "lockdep/lockdep.h"
#include "tests/benchmarks/instruction_counter.h"

namespace lockdep {
namespace {

// Of one acquisition and release on a known chain, with a call of a function that does
// both and notes both call sites.  What is measured stands in docs/measurements.md;
// this bound keeps it from growing.
constexpr long kMostInstructions = 60;

// A thread that holds depth - 1 locks and takes one more, again and again.
class KnownChain {
 public:
  explicit KnownChain(size_t depth) : thread_(*validator_.CreateThread("counted")) {
    for (size_t i = 0; i < depth; ++i) {
      locks_.push_back(std::make_unique<LockMap>(ClassKey{i + 1}, "counted", LockKind::kMutex));
    }
    for (size_t i = 0; i + 1 < depth; ++i) {
      validator_.Acquire(thread_, {.lock = locks_[i].get(), .site = LOCKDEP_CALL_SITE()});
    }
    AcquireAndRelease();
  }

  void AcquireAndRelease() {
    LockMap& lock = *locks_.back();
    validator_.Acquire(thread_, {.lock = &lock, .site = LOCKDEP_CALL_SITE()});
    validator_.Release(thread_, lock, LOCKDEP_CALL_SITE());
  }

  uint64_t acquisitions() { return thread_.acquisitions; }

 private:
  Validator validator_{Validator::Config{}};
  ThreadContext& thread_;
  std::vector<std::unique_ptr<LockMap>> locks_;
};

std::optional<long> CountPair(size_t depth) {
  KnownChain chain(depth);
  return CountInstructions([&] {
    LOCKDEP_COUNTER_MARK();
    chain.AcquireAndRelease();
    LOCKDEP_COUNTER_MARK();
  });
}

TEST(HotPathTest, TheCounterCountsInstructions) {
  const std::optional<long> count = CountInstructions([] {
    LOCKDEP_COUNTER_MARK();
    asm volatile("nop\n nop\n nop\n nop\n nop");
    LOCKDEP_COUNTER_MARK();
  });
  if (!count.has_value()) GTEST_SKIP() << "this system does not allow tracing";
  EXPECT_EQ(*count, 5);
}

TEST(HotPathTest, AKnownPairStaysWithinItsBudget) {
  const std::optional<long> count = CountPair(1);
  if (!count.has_value()) GTEST_SKIP() << "this system does not allow tracing";
  RecordProperty("instructions", static_cast<int>(*count));
  EXPECT_GT(*count, 10);
  EXPECT_LE(*count, kMostInstructions);
}

TEST(HotPathTest, DepthAddsNothingToAKnownPair) {
  const std::optional<long> shallow = CountPair(1);
  if (!shallow.has_value()) GTEST_SKIP() << "this system does not allow tracing";
  for (const size_t depth : {2, 4, 8, 100}) {
    EXPECT_LE(CountPair(depth), kMostInstructions) << "at depth " << depth;
  }
}

// Else the counts above would be those of a validator that does nothing.  Many of them,
// so that callgrind can be asked as well.
TEST(HotPathTest, TheCountedPairIsAnAcquisition) {
  constexpr uint64_t kPairs = 10'000;
  KnownChain chain(8);
  const uint64_t before = chain.acquisitions();
  for (uint64_t i = 0; i < kPairs; ++i) chain.AcquireAndRelease();
  EXPECT_EQ(chain.acquisitions(), before + kPairs);
}

}  // namespace
}  // namespace lockdep
