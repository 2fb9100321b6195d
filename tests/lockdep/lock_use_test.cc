#include "lockdep/lock_use.h"

#include <set>

#include "gtest/gtest.h"

namespace lockdep {
namespace {

TEST(LockUseTest, GivesBackWhatItWasMadeOf) {
  const LockUse use =
      LockUse(ClassId{0xfedcba98}, ReadMode::kRecursiveRead, TryLock::kYes, Check::kNone)
          .In(ContextId{LockUse::kMaxContexts - 2})
          .Serialised()
          .Sync();

  EXPECT_EQ(use.class_id(), ClassId{0xfedcba98});
  EXPECT_EQ(use.mode(), ReadMode::kRecursiveRead);
  EXPECT_EQ(use.context(), ContextId{LockUse::kMaxContexts - 2});
  EXPECT_TRUE(use.tried());
  EXPECT_FALSE(use.checked());
  EXPECT_TRUE(use.serialised());
  EXPECT_TRUE(use.sync());
}

TEST(LockUseTest, ChangesOnePartAtATime) {
  const LockUse use = LockUse(ClassId{7}, ReadMode::kWrite, TryLock::kYes).In(ContextId{9});

  const LockUse changed = use.WithClass(ClassId{8}).WithMode(ReadMode::kRead);

  EXPECT_EQ(changed.class_id(), ClassId{8});
  EXPECT_EQ(changed.mode(), ReadMode::kRead);
  EXPECT_EQ(changed.WithClass(ClassId{7}).WithMode(ReadMode::kWrite), use);
}

TEST(LockUseTest, TakesTheContextAndWhetherItIsOffFromAnother) {
  const LockUse where = LockUse().In(ContextId{5}).Off();
  const LockUse use = LockUse(ClassId{7}, ReadMode::kRead, TryLock::kYes);

  EXPECT_EQ(use.With(where), use.In(ContextId{5}).Off());
  EXPECT_NE(use.Off(), use);
  EXPECT_EQ(use.Off().On(), use);
}

TEST(LockUseTest, EverythingThatRulesDependOnChangesTheWord) {
  std::set<uint64_t> words;
  for (const uint32_t id : {1, 2}) {
    for (const ReadMode mode : {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRecursiveRead}) {
      for (const TryLock trylock : {TryLock::kNo, TryLock::kYes}) {
        for (const Check check : {Check::kFull, Check::kNone}) {
          for (const uint32_t context : {0, 1}) {
            const LockUse use = LockUse(ClassId{id}, mode, trylock, check).In(ContextId{context});
            words.insert({use.word(), use.Serialised().word(), use.Sync().word()});
          }
        }
      }
    }
  }

  EXPECT_EQ(words.size(), 2u * 3u * 2u * 2u * 2u * 3u);
}

}  // namespace
}  // namespace lockdep
