// Memory of the program that may not be there any more, or never was.
//
// Thread safety: any thread; what others write meanwhile may come in parts.

#ifndef LOCKDEP_HOOKS_READ_MEMORY_H_
#define LOCKDEP_HOOKS_READ_MEMORY_H_

#include <cstddef>

namespace lockdep::hooks {

// Returns false, and may have copied a part, if some of it is not mapped.
bool ReadMemory(const void* address, void* copy, size_t size);

template <typename T>
bool ReadMemory(const void* address, T* copy) {
  return ReadMemory(address, copy, sizeof(T));
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_READ_MEMORY_H_
