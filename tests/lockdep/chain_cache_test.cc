#include "lockdep/chain_cache.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace lockdep {
namespace {

ChainKey Key(uint64_t n) { return NextChainKey(kEmptyChainKey, n); }

TEST(ChainCacheTest, ContainsExactlyWhatWasInserted) {
  internal::Arena arena;
  ChainCache cache(arena);
  EXPECT_FALSE(cache.Contains(Key(0)));

  for (uint64_t n = 0; n < 10000; ++n) {
    EXPECT_EQ(cache.Insert(Key(n)), ChainCache::InsertResult::kInserted);
  }

  for (uint64_t n = 0; n < 10000; ++n) EXPECT_TRUE(cache.Contains(Key(n)));
  for (uint64_t n = 10000; n < 20000; ++n) EXPECT_FALSE(cache.Contains(Key(n)));
  EXPECT_EQ(cache.size(), 10000u);
}

TEST(ChainCacheTest, SaysWhetherAKeyIsNew) {
  internal::Arena arena;
  ChainCache cache(arena);

  EXPECT_EQ(cache.Insert(Key(1)), ChainCache::InsertResult::kInserted);
  EXPECT_EQ(cache.Insert(Key(1)), ChainCache::InsertResult::kPresent);
}

// From 256 keys on they move to a larger table, a few for each that comes.
TEST(ChainCacheTest, MayBeClearedWhileItGrows) {
  for (const uint64_t before : {256u, 257u, 300u, 319u, 320u, 321u}) {
    internal::Arena arena;
    ChainCache cache(arena);
    for (uint64_t n = 0; n < before; ++n) cache.Insert(Key(n));
    cache.Clear();
    for (uint64_t n = 0; n < before; ++n) ASSERT_FALSE(cache.Contains(Key(n)));
    for (uint64_t n = before; n < 3000; ++n) {
      ASSERT_EQ(cache.Insert(Key(n)), ChainCache::InsertResult::kInserted);
      ASSERT_EQ(cache.Contains(Key(n - before)), n >= 2 * before);
    }
    for (uint64_t n = before; n < 3000; ++n) ASSERT_TRUE(cache.Contains(Key(n)));
    EXPECT_EQ(cache.size(), 3000 - before);
  }
}

TEST(ChainCacheTest, SaysWhenMemoryEnded) {
  internal::Arena arena;
  arena.FailGrowthAfter(1);
  ChainCache cache(arena);

  EXPECT_EQ(cache.Insert(Key(1)), ChainCache::InsertResult::kOutOfMemory);
  EXPECT_FALSE(cache.Contains(Key(1)));
}

TEST(ChainCacheTest, ReadersSeeEveryFinishedInsertWhileItGrows) {
  internal::Arena arena;
  ChainCache cache(arena);
  std::atomic<uint64_t> finished{0};
  constexpr uint64_t kKeys = 20000;

  std::thread reader([&] {
    while (finished.load(std::memory_order_acquire) < kKeys) {
      const uint64_t upto = finished.load(std::memory_order_acquire);
      EXPECT_TRUE(upto == 0 || cache.Contains(Key(upto - 1)));
    }
  });
  for (uint64_t n = 0; n < kKeys; ++n) {
    cache.Insert(Key(n));
    finished.store(n + 1, std::memory_order_release);
  }
  reader.join();
}

}  // namespace
}  // namespace lockdep
