// A small number for each place in the code that allocates, so that a block can
// be noted in four bytes; and whether that place always asks for the same size,
// as one that makes objects of one type does.
//
// Limits: 65535 places; all others share the number kOther.
// Thread safety: lock-free.  Cost: one probe.

#ifndef LOCKDEP_HOOKS_SITE_TABLE_H_
#define LOCKDEP_HOOKS_SITE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockdep::hooks {

class SiteTable {
 public:
  static constexpr uint32_t kOther = 0;

  // Whether the first look finds the number of a return address at which `size`
  // was asked for.
  bool Find(uintptr_t pc, size_t size, uint32_t* number) const {
    *number = static_cast<uint32_t>(FirstOf(pc));
    // Relaxed: an entry stands for itself.
    return places_[*number].load(std::memory_order_relaxed) == Entry(pc, size);
  }

  // As Find, with all looks it takes; adds what is new.
  uint32_t FindOrAdd(uintptr_t pc, size_t size) {
    size_t at = FirstOf(pc);
    for (size_t probe = 0; probe < kProbes; ++probe, at = (at + 1) % kPlaces) {
      if (at == kOther) continue;
      uint64_t found = 0;
      const uint64_t entry = Entry(pc, size);
      if (places_[at].compare_exchange_strong(found, entry, std::memory_order_relaxed) ||
          found == entry) {
        return static_cast<uint32_t>(at);
      }
      if (PlaceIn(found) != pc) continue;
      const uint64_t many = Entry(pc, kManySizes);
      if (found != many) places_[at].store(many, std::memory_order_relaxed);
      return static_cast<uint32_t>(at);
    }
    return kOther;
  }

  // Forgets the places of which nothing is loaded any more, for which `is_loaded` answers.
  // Blocks from there come from nowhere then.
  template <typename IsLoaded>
  void ForgetUnloaded(const IsLoaded& is_loaded) {
    for (std::atomic<uint64_t>& place : places_) {
      const uintptr_t pc = PlaceIn(place.load(std::memory_order_relaxed));
      if (pc != 0 && !is_loaded(pc)) place.store(kForgotten, std::memory_order_relaxed);
    }
  }

  // Returns the return address; 0 for kOther.
  uintptr_t PlaceOf(uint32_t number) const {
    return number == kOther ? 0 : PlaceIn(places_[number].load(std::memory_order_relaxed));
  }

  // The size that is always asked for there; 0 if it varies, or is 64 KiB or more.
  size_t OnlySizeOf(uint32_t number) const {
    const uint64_t size = places_[number].load(std::memory_order_relaxed) >> kPlaceBits;
    return number == kOther || size == kManySizes ? 0 : size;
  }

 private:
  static constexpr unsigned kBits = 16;
  static constexpr size_t kPlaces = size_t{1} << kBits;
  static constexpr size_t kProbes = 16;
  static constexpr unsigned kPlaceBits = 48;
  static constexpr uint64_t kManySizes = 0xffff;
  // No place, with a size; what was put behind it is still found.
  static constexpr uint64_t kForgotten = uint64_t{1} << kPlaceBits;

  // The place, and above it the size as far as there is room.
  static uint64_t Entry(uintptr_t pc, size_t size) {
    return pc | (size < kManySizes ? size : kManySizes) << kPlaceBits;
  }
  static size_t FirstOf(uintptr_t pc) { return pc * 0x9e3779b97f4a7c15u >> (64 - kBits); }
  static uintptr_t PlaceIn(uint64_t entry) { return entry & ((uint64_t{1} << kPlaceBits) - 1); }

  std::atomic<uint64_t> places_[kPlaces] = {};
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SITE_TABLE_H_
