#include "lockdep/cxx/guards.h"

#include "lockdep/cxx/mutex.h"
#include "lockdep/cxx/shared_mutex.h"
#include "tests/kernel/kernel_test.h"

namespace lockdep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GuardsTest : public kernel::KernelTest {};

TEST_F(GuardsTest, HoldToTheEndOfTheirScope) {
  Mutex mutex("mutex");
  SharedMutex shared("shared");
  {
    MutexLock lock(mutex);
    mutex.AssertHeld();
    ReaderLock reader(shared);
    shared.AssertReaderHeld();
  }
  {
    MutexLock writer(shared);
    shared.AssertHeld();
  }
  EXPECT_THAT(heard(), IsEmpty());

  mutex.AssertHeld();
  shared.AssertReaderHeld();
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state", "invalid-lock-state"));
}

}  // namespace
}  // namespace lockdep
