#include "lockdep/cxx/shared_mutex.h"

#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "lockdep/cxx/mutex.h"
#include "tests/kernel/kernel_test.h"

namespace lockdep {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SharedMutexTest : public kernel::KernelTest {
 protected:
  SharedMutex shared_{"shared"};
  Mutex mutex_{"mutex"};
};

TEST_F(SharedMutexTest, WriterAgainstMutexInBothOrdersIsAnInversion) {
  {
    std::unique_lock<SharedMutex> writer(shared_);
    std::lock_guard<Mutex> lock(mutex_);
  }
  EXPECT_THAT(heard(), IsEmpty());
  {
    std::lock_guard<Mutex> lock(mutex_);
    std::unique_lock<SharedMutex> writer(shared_);
  }
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(SharedMutexTest, ReadersOnlyInBothOrdersAreSilent) {
  {
    std::shared_lock<SharedMutex> reader(shared_);
    std::lock_guard<Mutex> lock(mutex_);
  }
  {
    std::lock_guard<Mutex> lock(mutex_);
    std::shared_lock<SharedMutex> reader(shared_);
  }
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(SharedMutexTest, ReaderAgainstWriterInBothOrdersIsAnInversion) {
  {
    std::shared_lock<SharedMutex> reader(shared_);
    std::lock_guard<Mutex> lock(mutex_);
  }
  {
    std::lock_guard<Mutex> lock(mutex_);
    std::unique_lock<SharedMutex> writer(shared_);
  }
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(SharedMutexTest, TriedOnesOrderNothing) {
  SharedTimedMutex timed("timed");
  {
    std::unique_lock<SharedTimedMutex> writer(timed);
    std::lock_guard<Mutex> lock(mutex_);
  }
  std::lock_guard<Mutex> lock(mutex_);
  ASSERT_TRUE(timed.try_lock());
  timed.unlock();
  ASSERT_TRUE(timed.try_lock_for(milliseconds(1)));
  timed.unlock();
  ASSERT_TRUE(timed.try_lock_shared());
  timed.unlock_shared();
  ASSERT_TRUE(timed.try_lock_shared_for(milliseconds(1)));
  timed.unlock_shared();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(SharedMutexTest, AssertionsTellReadersFromWriters) {
  shared_.lock();
  shared_.AssertHeld();
  shared_.AssertReaderHeld();
  shared_.unlock();
  shared_.lock_shared();
  shared_.AssertReaderHeld();
  EXPECT_THAT(heard(), IsEmpty());

  shared_.AssertHeld();
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  shared_.unlock_shared();
}

}  // namespace
}  // namespace lockdep
