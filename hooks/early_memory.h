// Memory for the dynamic loader while it looks up the program's allocator for us:
// a fixed piece, handed out once and never taken back.
//
// Thread safety: any thread.

#ifndef LOCKDEP_HOOKS_EARLY_MEMORY_H_
#define LOCKDEP_HOOKS_EARLY_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace lockdep::hooks {

inline constexpr size_t kEarlyMemorySize = size_t{1} << 16;
alignas(16) extern constinit char early_memory[kEarlyMemorySize];

inline bool IsEarlyMemory(const void* memory) {
  return reinterpret_cast<uintptr_t>(memory) - reinterpret_cast<uintptr_t>(early_memory) <
         kEarlyMemorySize;
}

// Zeroed; null when there is no more.
void* AllocateEarly(size_t size);

void* AllocateEarlyArray(size_t count, size_t size);

// As realloc for what is early memory, or null, itself.
void* ReallocateEarly(void* memory, size_t size);

// Copies what was early memory to `to`, which has room for `size` bytes; returns `to`.
void* MoveFromEarly(const void* memory, void* to, size_t size);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_EARLY_MEMORY_H_
