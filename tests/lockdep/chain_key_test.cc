#include "lockdep/chain_key.h"

#include <set>

#include "gtest/gtest.h"

namespace lockdep {
namespace {

TEST(ChainKeyTest, OrderMatters) {
  std::set<ChainKey> keys;
  for (uint64_t a = 1; a <= 64; ++a) {
    for (uint64_t b = 1; b <= 64; ++b) {
      const ChainKey key = NextChainKey(NextChainKey(kEmptyChainKey, a << 8), b << 8);
      keys.insert(key);
    }
  }

  EXPECT_EQ(keys.size(), 64u * 64u);
}

}  // namespace
}  // namespace lockdep
