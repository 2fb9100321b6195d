#include "lockdep/chain_key.h"

#include <set>

#include "gtest/gtest.h"

namespace lockdep {
namespace {

TEST(ChainKeyTest, EverythingThatRulesDependOnChangesTheElement) {
  std::set<uint64_t> elements;
  for (const uint32_t id : {1, 2}) {
    for (const ReadMode mode : {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRecursiveRead}) {
      for (const TryLock trylock : {TryLock::kNo, TryLock::kYes}) {
        for (const bool nested : {false, true}) {
          elements.insert(ChainElement(static_cast<ClassId>(id), mode, trylock, nested));
        }
      }
    }
  }

  EXPECT_EQ(elements.size(), 2u * 3u * 2u * 2u);
}

TEST(ChainKeyTest, OrderMattersAndNoKeyIsZero) {
  std::set<ChainKey> keys;
  for (uint64_t a = 1; a <= 64; ++a) {
    for (uint64_t b = 1; b <= 64; ++b) {
      const ChainKey key = NextChainKey(NextChainKey(kEmptyChainKey, a << 8), b << 8);
      EXPECT_NE(key, 0u);
      keys.insert(key);
    }
  }

  EXPECT_EQ(keys.size(), 64u * 64u);
}

}  // namespace
}  // namespace lockdep
