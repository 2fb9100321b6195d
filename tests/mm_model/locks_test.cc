#include "mm_model/locks.h"

#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;
using testing::ElementsAre;
using testing::IsEmpty;

class LocksTest : public ModelTest {
 protected:
  // The locks are made by the first task, before anybody uses them.
  void SetUp() override {
    Alone([this] {
      sem_ = machine().New<rw_semaphore>(LockClass::kIMmapRwsem, nullptr);
      spin_ = machine().New<spinlock>(LockClass::kILock, nullptr);
    });
  }

  rw_semaphore* sem_ = nullptr;
  spinlock* spin_ = nullptr;
  std::string log_;
};

TEST_F(LocksTest, ReadersShareARwSemaphore) {
  Flag first_is_in;
  const ExecutionResult result = Together({[&] {
                                             down_read(sem_);
                                             first_is_in.Wait();
                                             up_read(sem_);
                                           },
                                           [&] {
                                             down_read(sem_);
                                             EXPECT_EQ(sem_->readers(), 2);
                                             first_is_in.Raise();
                                             up_read(sem_);
                                           }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(sem_->readers(), 0);
}

TEST_F(LocksTest, AWriterExcludesReadersAndWriters) {
  for (const bool second_reads : {true, false}) {
    log_.clear();
    Together({[&] {
                down_write(sem_);
                LetOthersGoFirst();
                log_ += "first out ";
                up_write(sem_);
              },
              [&] {
                second_reads ? down_read(sem_) : down_write(sem_);
                log_ += "second in";
                second_reads ? up_read(sem_) : up_write(sem_);
              }});
    EXPECT_EQ(log_, "first out second in");
  }
}

TEST_F(LocksTest, AReaderDoesNotPassAWriterThatQueuedBefore) {
  const ExecutionResult result = Together({[&] {
                                             down_read(sem_);
                                             LetOthersGoFirst();
                                             up_read(sem_);
                                           },
                                           [&] {
                                             down_write(sem_);
                                             log_ += "w";
                                             up_write(sem_);
                                           },
                                           [&] {
                                             down_read(sem_);
                                             log_ += "r";
                                             up_read(sem_);
                                           }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(log_, "wr");
}

TEST_F(LocksTest, ReadingTwiceWithAWriterInBetweenDeadlocksAndIsFoundByTheEngine) {
  const ExecutionResult result = Together({[&] {
                                             down_read(sem_);
                                             LetOthersGoFirst();
                                             down_read(sem_);
                                           },
                                           [&] { down_write(sem_); }});
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_THAT(Findings(), ElementsAre("read-recursion", "deadlock mapping->i_mmap_rwsem"));
}

TEST_F(LocksTest, DowngradingLetsReadersInAndKeepsWritersOut) {
  const ExecutionResult result =
      Together({[&] {
                  down_write(sem_);
                  sem_->Downgrade({});
                  EXPECT_TRUE(IsHeld(sem_->dep_map(), HeldMode::kRead));
                  EXPECT_FALSE(IsHeld(sem_->dep_map(), HeldMode::kWrite));
                  LetOthersGoFirst();
                  log_ += " downgraded out";
                  up_read(sem_);
                },
                [&] {
                  down_read(sem_);
                  log_ += "reader in";
                  up_read(sem_);
                },
                [&] {
                  down_write(sem_);
                  log_ += " writer in";
                  up_write(sem_);
                }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(log_, "reader in downgraded out writer in");
}

TEST_F(LocksTest, ATrylockNeverWaitsAndIsHeldOnlyIfItSucceeds) {
  Together({[&] {
              down_write(sem_);
              spin_lock(spin_);
              LetOthersGoFirst();
              spin_unlock(spin_);
              up_write(sem_);
            },
            [&] {
              EXPECT_FALSE(down_read_trylock(sem_));
              EXPECT_FALSE(spin_trylock(spin_));
              EXPECT_FALSE(IsHeld(sem_->dep_map(), HeldMode::kAny));
            }});
  Alone([&] {
    EXPECT_TRUE(down_read_trylock(sem_));
    EXPECT_TRUE(IsHeld(sem_->dep_map(), HeldMode::kRead));
    up_read(sem_);
    EXPECT_TRUE(spin_trylock(spin_));
    spin_unlock(spin_);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(LocksTest, AKilledTaskLeavesTheQueueWithoutTheLock) {
  const auto task = [&](bool killed) {
    current().fatal_signal_pending = killed;
    const bool locked = sem_->Lock(lockdep::ReadMode::kWrite, {.killable = true});
    EXPECT_EQ(locked, !killed);
    EXPECT_EQ(IsHeld(sem_->dep_map(), HeldMode::kAny), locked);
    if (locked) up_write(sem_);
  };
  const ExecutionResult result = Together({[&] {
                                             down_write(sem_);
                                             LetOthersGoFirst();
                                             up_write(sem_);
                                           },
                                           [&] { task(true); }, [&] { task(false); }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(sem_->writer(), nullptr);
}

TEST_F(LocksTest, ASpinlockExcludes) {
  Together({[&] {
              spin_lock(spin_);
              LetOthersGoFirst();
              log_ += "first out ";
              spin_unlock(spin_);
            },
            [&] {
              spin_lock(spin_);
              log_ += "second in";
              spin_unlock(spin_);
            }});
  EXPECT_EQ(log_, "first out second in");
}

TEST_F(LocksTest, TheEngineHearsOfLocksOfEveryKindAndFindsAnInversion) {
  Alone([&] {
    down_write(sem_);
    spin_lock(spin_);
    spin_unlock(spin_);
    up_write(sem_);
  });
  EXPECT_THAT(Findings(), IsEmpty());
  Alone([&] {
    spin_lock(spin_);
    down_read(sem_);
    up_read(sem_);
    spin_unlock(spin_);
  });
  EXPECT_THAT(Findings(), ElementsAre("lock-order-inversion"));
}

TEST_F(LocksTest, ReleasingALockThatIsNotHeldIsFound) {
  Alone([&] { spin_unlock(spin_); });
  EXPECT_THAT(Findings(), ElementsAre("unlock-unheld"));
}

TEST_F(LocksTest, ATaskThatEndsWithALockIsNotTheNextTasksProblem) {
  Alone([&] { down_read(sem_); });
  Alone([&] { EXPECT_FALSE(IsHeld(sem_->dep_map(), HeldMode::kAny)); });
}

}  // namespace
}  // namespace mm_model
