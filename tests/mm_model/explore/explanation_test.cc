#include "mm_model/explore/explanation.h"

#include "mm_model/mm_locks.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;

class ExplanationTest : public ModelTest {
 protected:
  // What one task does on an address space of its own.
  std::vector<ExplainedStep> Explain(const Body& body) {
    Scheduler scheduler(machine_);
    scheduler.Spawn("task", body, *validator_.CreateThread("task"));
    FirstRunnable strategy;
    Explainer explainer;
    scheduler.Run(strategy, {}, &explainer);
    return explainer.TakeSteps();
  }
};

TEST_F(ExplanationTest, ALockIsHeldFromTheStepThatTakesItToTheOneThatGivesItBack) {
  const auto steps = Explain([] {
    auto* const lock = machine().New<spinlock>(LockClass::kILock, nullptr);
    spin_lock(lock);
    spin_unlock(lock);
  });
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[1].number, 2u);
  EXPECT_EQ(steps[1].task, "task");
  EXPECT_EQ(steps[1].before, "nothing");
  EXPECT_THAT(steps[1].after, StartsWith("inode->i_lock (write)"));
  EXPECT_EQ(steps[2].before, steps[1].after);
  EXPECT_EQ(steps[2].after, "nothing");
}

TEST_F(ExplanationTest, ASecondLockIsAskedItsOrderAndAFirstOneIsNot) {
  const auto steps = Explain([] {
    spin_lock(machine().New<spinlock>(LockClass::kILock, nullptr));
    spin_lock(machine().New<spinlock>(LockClass::kLruLock, nullptr));
  });
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_THAT(steps[1].rules, IsEmpty());
  EXPECT_THAT(steps[2].rules, Contains(StartsWith("the order of ")));
}

TEST_F(ExplanationTest, AnAccessIsToldWithItsRule) {
  AddressSpace space;
  Alone([&] { mm_model::SetUp(space); });
  const auto steps = Explain([&] {
    mmap_read_lock(space.mm);
    vma_lookup(space.mm, AddressSpace::kAnon);
    mmap_read_unlock(space.mm);
  });
  ASSERT_GE(steps.size(), 4u);
  EXPECT_EQ(steps[2].does, "read mm->mm_mt");
  EXPECT_THAT(steps[2].rules, Contains(StartsWith("a read of mm->mm_mt needs mmap:read")));
}

}  // namespace
}  // namespace mm_model
