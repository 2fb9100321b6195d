// Where the elements of a growing array stand that never moves them: in blocks, each
// twice as large as the one before.  So growing costs no more than asking for memory.

#ifndef LOCKDEP_INTERNAL_BLOCKS_H_
#define LOCKDEP_INTERNAL_BLOCKS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

namespace lockdep::internal {

inline constexpr unsigned kFirstBlockBits = 8;
inline constexpr unsigned kBlocks = 24;

constexpr size_t BlockSize(unsigned block) { return size_t{1} << (block + kFirstBlockBits); }

struct BlockPlace {
  unsigned block;
  uint32_t offset;
};

constexpr BlockPlace PlaceInBlocks(uint32_t index) {
  const uint32_t shifted = index + (1u << kFirstBlockBits);
  const uint32_t start = std::bit_floor(shifted);
  return {static_cast<unsigned>(std::countr_zero(start)) - kFirstBlockBits, shifted - start};
}

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_BLOCKS_H_
