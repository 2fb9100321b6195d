#include "hooks/early_memory.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace lockdep::hooks {

alignas(16) constinit char early_memory[kEarlyMemorySize] = {};

namespace {

constinit std::atomic<size_t> used{0};

}  // namespace

void* AllocateEarly(size_t size) {
  if (size > kEarlyMemorySize) return nullptr;
  const size_t rounded = (size + 15) & ~size_t{15};
  const size_t at = used.fetch_add(rounded, std::memory_order_relaxed);
  return at + rounded > kEarlyMemorySize ? nullptr : early_memory + at;
}

void* AllocateEarlyArray(size_t count, size_t size) {
  size_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? nullptr : AllocateEarly(bytes);
}

void* ReallocateEarly(void* memory, size_t size) {
  return MoveFromEarly(memory, AllocateEarly(size), size);
}

// How large the old piece was is not known; what stands behind it is ours too.
void* MoveFromEarly(const void* memory, void* to, size_t size) {
  if (to == nullptr || memory == nullptr) return to;
  const auto left =
      static_cast<size_t>(early_memory + kEarlyMemorySize - static_cast<const char*>(memory));
  memmove(to, memory, std::min(size, left));
  return to;
}

}  // namespace lockdep::hooks
