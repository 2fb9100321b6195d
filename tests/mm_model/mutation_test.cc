#include "mm_model/mutation.h"

#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MutationTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] { mm_model::SetUp(space_); });
  }

  void AloneWith(const char* text, const Body& body) {
    const auto spec = ParseMutation(text);
    ASSERT_TRUE(spec.ok()) << spec.status();
    mutation_ = std::make_unique<Mutation>(*spec);
    machine_.mutation = mutation_.get();
    Alone(body);
    machine_.mutation = nullptr;
  }

  bool Holds(const rw_semaphore& sem, HeldMode mode) { return IsHeld(sem.dep_map(), mode); }
  rw_semaphore& i_mmap() { return space_.data->f_mapping->i_mmap_rwsem; }

  AddressSpace space_;
  std::unique_ptr<Mutation> mutation_;
};

TEST_F(MutationTest, ADroppedLockIsNeitherTakenNorReleased) {
  AloneWith("drop mapping->i_mmap_rwsem", [&] {
    down_write(&i_mmap());
    EXPECT_FALSE(Holds(i_mmap(), HeldMode::kAny));
    EXPECT_EQ(i_mmap().writer(), nullptr);
    up_write(&i_mmap());
  });
  EXPECT_TRUE(mutation_->struck());
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MutationTest, TheSectionLastsFromTheAcquisitionToTheReleaseOfTheTask) {
  AloneWith("drop mapping->i_mmap_rwsem", [&] {
    EXPECT_FALSE(mutation_->InSection());
    down_write(&i_mmap());
    EXPECT_TRUE(mutation_->InSection());
    up_write(&i_mmap());
    EXPECT_FALSE(mutation_->InSection());
  });
}

TEST_F(MutationTest, ADroppedVmaWriteLockLastsUntilTheMmapLockIsReleased) {
  AloneWith("drop vma_start_write", [&] {
    mmap_write_lock(space_.mm);
    vm_area_struct* const vma = vma_lookup(space_.mm, AddressSpace::kAnon);
    vma_start_write(vma);
    EXPECT_FALSE(vma_is_write_locked(*vma));
    EXPECT_TRUE(mutation_->InSection());
    mmap_write_unlock(space_.mm);
    EXPECT_FALSE(mutation_->InSection());
  });
}

TEST_F(MutationTest, ALateLockThatNoOtherFollowsIsNeverTaken) {
  AloneWith("delay mapping->i_mmap_rwsem", [&] {
    down_write(&i_mmap());
    up_write(&i_mmap());
    EXPECT_FALSE(Holds(i_mmap(), HeldMode::kAny));
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MutationTest, OnlyTheChosenOccurrenceIsMutated) {
  AloneWith("drop mapping->i_mmap_rwsem#2", [&] {
    for (const bool held : {true, false, true}) {
      down_read(&i_mmap());
      EXPECT_EQ(Holds(i_mmap(), HeldMode::kAny), held);
      up_read(&i_mmap());
    }
  });
}

TEST_F(MutationTest, OnlyTheChosenTaskIsMutated) {
  AloneWith("drop mapping->i_mmap_rwsem@somebody", [&] {
    down_read(&i_mmap());
    EXPECT_TRUE(Holds(i_mmap(), HeldMode::kAny));
    up_read(&i_mmap());
  });
  EXPECT_FALSE(mutation_->struck());
}

TEST_F(MutationTest, AWeakenedLockIsTakenForReading) {
  AloneWith("weaken mm->mmap_lock", [&] {
    const uint32_t sequence = space_.mm->mm_lock_seq;
    mmap_write_lock(space_.mm);
    EXPECT_TRUE(Holds(space_.mm->mmap_lock, HeldMode::kRead));
    mmap_write_downgrade(space_.mm);
    mmap_read_unlock(space_.mm);
    EXPECT_EQ(space_.mm->mm_lock_seq, sequence);
  });
  EXPECT_EQ(space_.mm->mmap_lock.readers(), 0);
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MutationTest, ADelayedLockIsTakenAfterTheNext) {
  AloneWith("delay mapping->i_mmap_rwsem", [&] {
    down_write(&i_mmap());
    EXPECT_EQ(current().context().held.depth(), 0u);
    spin_lock(&space_.mm->page_table_lock);
    ASSERT_EQ(current().context().held.depth(), 2u);
    EXPECT_EQ(current().context().held[0].lock, &space_.mm->page_table_lock.dep_map());
    spin_unlock(&space_.mm->page_table_lock);
    up_write(&i_mmap());
    EXPECT_EQ(current().context().held.depth(), 0u);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MutationTest, ATrylockThatIsWaitedForIsToldToTheEngineAsSuch) {
  AloneWith("wait mm->mmap_lock", [&] {
    EXPECT_TRUE(mmap_read_trylock(space_.mm));
    EXPECT_FALSE(current().context().held[0].use.tried());
    mmap_read_unlock(space_.mm);
  });
}

TEST(MutationSpecTest, IsReadAsItIsWritten) {
  for (const char* text :
       {"drop vma_start_write", "weaken mm->mmap_lock#2", "delay folio_lock@reclaim",
        "wait pmd_lock#3@zap", "drop vma->lock (read)"}) {
    const auto spec = ParseMutation(text);
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_EQ(ToString(*spec), text);
  }
}

TEST(MutationSpecTest, WhatIsWrongIsSaidInALine) {
  for (const char* text : {"", "drop", "lose vma_start_write", "drop no_such_lock",
                           "drop folio_lock#0", "drop folio_lock#x"}) {
    const auto spec = ParseMutation(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_THAT(std::string(spec.status().message()), HasSubstr("write drop, weaken"));
  }
}

}  // namespace
}  // namespace mm_model
