// The exported functions by which a program gets and gives back memory: each
// notes where a block was allocated, and ends the locks that lived in it.

#include <malloc.h>

#include <algorithm>

#include "hooks/allocations.h"
#include "hooks/early_memory.h"
#include "hooks/exported.h"
#include "hooks/hook_scope.h"
#include "hooks/real.h"
#include "hooks/session.h"

using lockdep::hooks::Caller;
using lockdep::hooks::ForgetAllocation;
using lockdep::hooks::HookScope;
using lockdep::hooks::IsEarlyMemory;
using lockdep::hooks::IsNoted;
using lockdep::hooks::MayHoldLock;
using lockdep::hooks::NoteAllocation;
using lockdep::hooks::session;
namespace real = lockdep::hooks::real;

namespace {

__attribute__((noinline)) void EndLocks(const void* memory, size_t size, Caller caller) {
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  HookScope(caller).EndLocksIn(begin, begin + size);
}

// A block that is not in its place any more has no locks either; another thread may have
// got that place, and begun new ones.  Nor has what a block lost at its end.
void* Reallocate(void* memory, size_t size, Caller caller) {
  const bool had_lock = ForgetAllocation(memory);
  const size_t old_size = memory == nullptr ? 0 : malloc_usable_size(memory);
  const uint64_t begun = session().locks().locks_begun();
  void* moved = real::realloc(memory, size);
  if (moved == nullptr && size != 0) {
    NoteAllocation(memory, old_size, caller);
    return nullptr;
  }
  if (had_lock && moved != memory) {
    const auto begin = reinterpret_cast<uintptr_t>(memory);
    HookScope(caller).EndLocksIn(begin, begin + old_size, begun);
  } else if (had_lock) {
    const size_t left = std::min(malloc_usable_size(moved), old_size);
    EndLocks(static_cast<char*>(moved) + left, old_size - left, caller);
  }
  if (IsNoted(size)) NoteAllocation(moved, size, caller);
  return moved;
}

}  // namespace

EXPORTED void* malloc(size_t size) noexcept {
  if (!IsNoted(size)) return real::malloc(size);
  void* memory = real::malloc(size);
  NoteAllocation(memory, size, LOCKDEP_HOOK_CALLER());
  return memory;
}

EXPORTED void* calloc(size_t count, size_t size) noexcept {
  void* memory = real::calloc(count, size);
  if (IsNoted(count * size)) NoteAllocation(memory, count * size, LOCKDEP_HOOK_CALLER());
  return memory;
}

EXPORTED void* realloc(void* memory, size_t size) noexcept {
  if (IsEarlyMemory(memory)) [[unlikely]]
    return lockdep::hooks::MoveFromEarly(memory, real::malloc(size), size);
  return Reallocate(memory, size, LOCKDEP_HOOK_CALLER());
}

EXPORTED void* memalign(size_t alignment, size_t size) noexcept {
  void* memory = real::memalign(alignment, size);
  if (IsNoted(size)) NoteAllocation(memory, size, LOCKDEP_HOOK_CALLER());
  return memory;
}

EXPORTED void* aligned_alloc(size_t alignment, size_t size) noexcept {
  void* memory = real::aligned_alloc(alignment, size);
  if (IsNoted(size)) NoteAllocation(memory, size, LOCKDEP_HOOK_CALLER());
  return memory;
}

EXPORTED int posix_memalign(void** memory, size_t alignment, size_t size) noexcept {
  const int result = real::posix_memalign(memory, alignment, size);
  if (result == 0 && IsNoted(size)) NoteAllocation(*memory, size, LOCKDEP_HOOK_CALLER());
  return result;
}

EXPORTED void free(void* memory) noexcept {
  if (ForgetAllocation(memory)) [[unlikely]]
    EndLocks(memory, malloc_usable_size(memory), LOCKDEP_HOOK_CALLER());
  if (IsEarlyMemory(memory)) [[unlikely]]
    return;
  real::free(memory);
}

EXPORTED int munmap(void* memory, size_t size) noexcept {
  if (MayHoldLock(reinterpret_cast<uintptr_t>(memory), size)) [[unlikely]]
    EndLocks(memory, size, LOCKDEP_HOOK_CALLER());
  return real::munmap(memory, size);
}
