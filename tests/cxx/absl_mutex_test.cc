#include "lockdep/cxx/absl_mutex.h"

#include <mutex>
#include <shared_mutex>
#include <thread>

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
