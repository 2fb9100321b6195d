// Which place of the program allocated an object: noted for each block that is
// large enough for a lock, so that a lock in it can be told by where the object
// around it was made, and ends when the block is given back.
//
// What `operator new` of the C++ library allocates is noted under its caller.
//
// Thread safety: any thread; as for every allocator, one block at a time
// belongs to one thread.
// Cost: four bytes in the shadow of the block; no lock, no allocation.

#ifndef LOCKDEP_HOOKS_ALLOCATIONS_H_
#define LOCKDEP_HOOKS_ALLOCATIONS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "hooks/caller.h"
#include "hooks/session.h"
#include "hooks/site_table.h"

namespace lockdep::hooks {

// Smaller blocks hold no lock that has a class of its own; nothing is noted
// before the hooks are active.
extern constinit size_t smallest_noted_block;

// Begins to note blocks.
void StartNotingAllocations();

// Finds out how to look behind `operator new`: calls it, so not from inside an allocator.
// REQUIRES: the gate is closed.
void LookBehindOperatorNew();

inline bool IsNoted(size_t size) { return size >= smallest_noted_block; }

// A call of malloc in `operator new`, and where that keeps its return address.
struct AllocationWrapper {
  uintptr_t pc = 0;
  size_t return_slot = 0;
};
extern constinit AllocationWrapper operator_new;

// A noted block in four bytes: the number of its site, and the least power of
// two that its size does not exceed.
class BlockNote {
 public:
  explicit BlockNote(uint32_t word) : word_(word) {}
  BlockNote(uint32_t site, size_t size)
      : word_(kPresent | static_cast<uint32_t>(std::bit_width(size - 1)) << kSizeShift | site) {}

  uint32_t word() const { return word_; }
  bool is_present() const { return word_ != 0; }
  uint32_t site() const { return word_ & ((1u << kSizeShift) - 1); }
  size_t most() const { return size_t{1} << (word_ >> kSizeShift & 0x3f); }

 private:
  static constexpr uint32_t kPresent = 1u << 31;
  static constexpr unsigned kSizeShift = 16;

  uint32_t word_;
};

extern constinit SiteTable allocation_sites;

// The ways that are rarely gone: a place that was not found at once, and a block
// far from all that were noted.
uint32_t NumberOfSite(uintptr_t site, size_t size, const Caller& caller);
void NoteFirstAllocationNear(uintptr_t block, BlockNote note);

// REQUIRES: IsNoted(size).  `memory` may be null.
inline void NoteAllocation(void* memory, size_t size, const Caller& caller) {
  if (memory == nullptr) return;
  const uintptr_t site =
      caller.pc != operator_new.pc
          ? caller.pc
          : *reinterpret_cast<const uintptr_t*>(caller.frame + operator_new.return_slot);
  uint32_t number;
  if (!allocation_sites.Find(site, size, &number)) [[unlikely]]
    number = NumberOfSite(site, size, caller);
  const BlockNote note(number, size);
  const auto block = reinterpret_cast<uintptr_t>(memory);
  Shadow::Allocation* allocation = session().locks().shadow().FindAllocation(block);
  if (allocation == nullptr) [[unlikely]]
    return NoteFirstAllocationNear(block, note);
  // Relaxed: whoever gets the block has heard of it from the thread that made it.
  allocation->store(note.word(), std::memory_order_relaxed);
}

// The block is about to be given back.  Returns whether a lock may live in it.
inline bool ForgetAllocation(void* memory) {
  if (smallest_noted_block == SIZE_MAX) [[unlikely]]
    return false;
  const auto block = reinterpret_cast<uintptr_t>(memory);
  const Shadow& shadow = session().locks().shadow();
  Shadow::Allocation* allocation = shadow.FindAllocation(block);
  if (allocation == nullptr) return false;
  const BlockNote note(allocation->load(std::memory_order_relaxed));
  if (!note.is_present()) return false;
  allocation->store(0, std::memory_order_relaxed);
  return shadow.MayHoldLock(block, block + note.most());
}

// Whether a lock may live in the memory.
bool MayHoldLock(uintptr_t begin, size_t size);

struct AllocatedBlock {
  uintptr_t begin = 0;
  size_t size = 0;
  uintptr_t site = 0;  // The return address of whoever asked for it; 0 if unknown.
  // Every block from there had the same size, as objects of one type have.
  bool is_of_one_type = false;
};

// Returns whether `address` lies in the first 64 KiB of a block that was noted.
bool FindAllocation(uintptr_t address, AllocatedBlock* block);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_ALLOCATIONS_H_
