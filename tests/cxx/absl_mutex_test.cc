#include "lockdep/cxx/absl_mutex.h"

#include <mutex>
#include <shared_mutex>
#include <thread>

#include "absl/time/clock.h"
#include "lockdep/cxx/absl_guards.h"
#include "tests/kernel/kernel_test.h"

namespace lockdep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AbslMutexTest : public kernel::KernelTest {
 protected:
  // Abseil has a check of its own, which ends the program.
  AbslMutexTest() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

  AbslMutex a_{"a"};
  AbslMutex b_{"b"};
};

TEST_F(AbslMutexTest, OneOrderIsSilentAndBothAreAnInversion) {
  {
    AbslMutexLock outer(&a_);
    AbslMutexLock inner(&b_);
  }
  EXPECT_THAT(heard(), IsEmpty());
  {
    AbslMutexLock outer(&b_);
    AbslMutexLock inner(&a_);
  }
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AbslMutexTest, ReadersWaitBehindWritersThatQueue) {
  {
    AbslReaderMutexLock outer(&a_);
    AbslReaderMutexLock inner(&b_);
  }
  EXPECT_THAT(heard(), IsEmpty());
  {
    AbslReaderMutexLock outer(&b_);
    AbslReaderMutexLock inner(&a_);
  }
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AbslMutexTest, TriedOnesOrderNothing) {
  {
    AbslMutexLock outer(&a_);
    AbslMutexLock inner(&b_);
  }
  AbslMutexLock lock(&b_);
  ASSERT_TRUE(a_.TryLock());
  a_.AssertHeld();
  a_.Unlock();
  ASSERT_TRUE(a_.ReaderTryLock());
  a_.AssertReaderHeld();
  a_.ReaderUnlock();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AbslMutexTest, AwaitAloneIsSilent) {
  bool ready = false;
  std::thread other([&] {
    AbslMutexLock lock(&a_);
    ready = true;
  });
  {
    AbslMutexLock lock(&a_);
    a_.Await(absl::Condition(&ready));
    a_.AssertHeld();
    EXPECT_TRUE(a_.AwaitWithTimeout(absl::Condition(&ready), absl::Seconds(10)));
  }
  other.join();
  a_.LockWhen(absl::Condition(&ready));
  a_.Unlock();
  a_.ReaderLockWhen(absl::Condition(&ready));
  a_.ReaderUnlock();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AbslMutexTest, AwaitTakesItsMutexAgainUnderWhatIsHeld) {
  const bool ready = true;
  AbslMutexLock outer(&a_);
  AbslMutexLock inner(&b_);
  a_.Await(absl::Condition(&ready));

  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AbslMutexTest, AReaderThatAwaitsStaysOne) {
  const bool ready = true;
  AbslReaderMutexLock lock(&a_);
  a_.Await(absl::Condition(&ready));
  a_.AssertReaderHeld();
  EXPECT_THAT(heard(), IsEmpty());
  a_.AssertHeld();
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

// Held, whether the condition came true or the time ran out.
TEST_F(AbslMutexTest, WaitsWithATimeLimitEndHoldingTheMutex) {
  const bool never = false;
  const absl::Condition condition(&never);
  const absl::Time now = absl::Now();
  EXPECT_FALSE(a_.LockWhenWithTimeout(condition, absl::ZeroDuration()));
  a_.AssertHeld();
  EXPECT_FALSE(a_.AwaitWithTimeout(condition, absl::ZeroDuration()));
  EXPECT_FALSE(a_.AwaitWithDeadline(condition, now));
  a_.Unlock();
  EXPECT_FALSE(a_.LockWhenWithDeadline(condition, now));
  a_.Unlock();
  EXPECT_FALSE(a_.ReaderLockWhenWithTimeout(condition, absl::ZeroDuration()));
  a_.AssertReaderHeld();
  a_.ReaderUnlock();
  EXPECT_FALSE(a_.ReaderLockWhenWithDeadline(condition, now));
  a_.ReaderUnlock();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AbslMutexTest, ACondVarGivesItsMutexUpAndTakesItAgain) {
  AbslCondVar changed;
  bool ready = false;
  std::thread other([&] {
    AbslMutexLock lock(&a_);
    ready = true;
    changed.SignalAll();
  });
  {
    AbslMutexLock lock(&a_);
    while (!ready) changed.Wait(&a_);
    a_.AssertHeld();
    EXPECT_TRUE(changed.WaitWithTimeout(&a_, absl::ZeroDuration()));
    EXPECT_TRUE(changed.WaitWithDeadline(&a_, absl::Now()));
  }
  other.join();
  EXPECT_THAT(heard(), IsEmpty());

  AbslMutexLock outer(&a_);
  AbslMutexLock inner(&b_);
  changed.WaitWithTimeout(&a_, absl::ZeroDuration());
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

ABSL_CONST_INIT AbslMutex static_mutex(absl::kConstInit, "static");

TEST_F(AbslMutexTest, AllGuardsReleaseWhatTheyTake) {
  const bool ready = true;
  const absl::Condition condition(&ready);
  { AbslMutexLock lock(&static_mutex, condition); }
  { AbslReaderMutexLock lock(&static_mutex, condition); }
  { AbslWriterMutexLock lock(&static_mutex); }
  { AbslMutexLockMaybe lock(&static_mutex); }
  { AbslMutexLockMaybe lock(nullptr); }
  { AbslReleasableMutexLock lock(&static_mutex); }
  AbslReleasableMutexLock released(&static_mutex);
  static_mutex.AssertHeld();
  released.Release();
  EXPECT_THAT(heard(), IsEmpty());
  static_mutex.AssertHeld();
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(AbslMutexTest, WorksWithTheStandardGuards) {
  {
    std::lock_guard<AbslMutex> outer(a_);
    std::shared_lock<AbslMutex> inner(b_);
  }
  EXPECT_THAT(heard(), IsEmpty());
  {
    std::unique_lock<AbslMutex> outer(b_);
    std::lock_guard<AbslMutex> inner(a_);
  }
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

}  // namespace
}  // namespace lockdep
