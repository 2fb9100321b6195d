#include "lockdep/lock_class.h"

#include "gtest/gtest.h"

namespace lockdep {
namespace {

LockMap MapWithKey(uint64_t key) { return LockMap({key}, "name", LockKind::kMutex); }

TEST(ClassRegistryTest, OneClassForEachKeyAndSubclass) {
  internal::Arena arena;
  ClassRegistry registry(arena);
  const LockMap first = MapWithKey(1);
  const LockMap second = MapWithKey(2);
  bool is_new = false;

  const LockClass* a = registry.Register(first, 0, &is_new);
  EXPECT_TRUE(is_new);
  EXPECT_EQ(registry.Register(first, 0, &is_new), a);
  EXPECT_FALSE(is_new);
  EXPECT_NE(registry.Register(first, 1, &is_new), a);
  EXPECT_NE(registry.Register(second, 0, &is_new), a);
  EXPECT_EQ(registry.size(), 3u);
}

TEST(ClassRegistryTest, FindsWhatWasRegisteredAndNothingElse) {
  internal::Arena arena;
  ClassRegistry registry(arena);
  bool is_new = false;
  EXPECT_EQ(registry.Find({1}, 0), nullptr);

  for (uint64_t key = 1; key <= 5000; ++key) registry.Register(MapWithKey(key * 64), 0, &is_new);

  for (uint64_t key = 1; key <= 5000; ++key) {
    const LockClass* found = registry.Find({key * 64}, 0);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->key.value, key * 64);
    EXPECT_EQ(&registry.Get(found->id), found);
  }
  EXPECT_EQ(registry.Find({5001 * 64}, 0), nullptr);
  EXPECT_EQ(registry.Find({64}, 1), nullptr);
}

}  // namespace
}  // namespace lockdep
