#include "hooks/allocations.h"

#include <dlfcn.h>
#include <malloc.h>

#include "hooks/frame_sizes.h"

namespace lockdep::hooks {

constinit size_t smallest_noted_block = SIZE_MAX;
constinit AllocationWrapper operator_new;
constinit SiteTable allocation_sites;

namespace {

constexpr size_t kSmallestLock = 32;
constexpr uintptr_t kFurthestBegin = uintptr_t{1} << 16;

Shadow& shadow() { return session().locks().shadow(); }

// `operator new` is asked once for a block of this size, to see from where it
// calls malloc.  0 at all other times.
constinit size_t watched_size = 0;

void LookBehind(const Caller& caller) {
  LearnFrames(caller);
  const size_t slot = ReturnSlotOf(caller.pc);
  if (slot != 0) operator_new = {caller.pc, slot};
}

}  // namespace

void StartNotingAllocations() { smallest_noted_block = kSmallestLock; }

void LookBehindOperatorNew() {
  using New = void* (*)(size_t);
  using Delete = void (*)(void*);
  const auto make = reinterpret_cast<New>(dlsym(RTLD_NEXT, "_Znwm"));
  const auto destroy = reinterpret_cast<Delete>(dlsym(RTLD_NEXT, "_ZdlPv"));
  if (make == nullptr || destroy == nullptr) return;
  watched_size = 40009;  // Nobody else's, most likely.
  destroy(make(watched_size));
  watched_size = 0;
}

uint32_t NumberOfSite(uintptr_t site, size_t size, const Caller& caller) {
  if (size == watched_size) LookBehind(caller);
  return allocation_sites.FindOrAdd(site, size);
}

void NoteFirstAllocationNear(uintptr_t block, BlockNote note) {
  Shadow::Allocation* allocation = shadow().FindOrMakeAllocation(block);
  if (allocation != nullptr) allocation->store(note.word(), std::memory_order_relaxed);
}

bool MayHoldLock(uintptr_t begin, size_t size) {
  return smallest_noted_block != SIZE_MAX && shadow().MayHoldLock(begin, begin + size);
}

bool FindAllocation(uintptr_t address, AllocatedBlock* block) {
  const uintptr_t last = address & ~(Shadow::kGranule - 1);
  for (uintptr_t at = last; at != 0 && last - at < kFurthestBegin; at -= Shadow::kGranule) {
    const Shadow::Allocation* allocation = shadow().FindAllocation(at);
    if (allocation == nullptr) return false;
    const BlockNote note(allocation->load(std::memory_order_relaxed));
    if (!note.is_present()) continue;
    if (address - at >= note.most()) return false;
    const size_t only_size = allocation_sites.OnlySizeOf(note.site());
    *block = {.begin = at,
              .size = only_size != 0 ? only_size : malloc_usable_size(reinterpret_cast<void*>(at)),
              .site = allocation_sites.PlaceOf(note.site()),
              .is_of_one_type = only_size != 0};
    return address - at < block->size;
  }
  return false;
}

}  // namespace lockdep::hooks
