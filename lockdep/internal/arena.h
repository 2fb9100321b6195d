// Memory for the engine, straight from the kernel: malloc belongs to the
// program, may be interposed, and may itself take the locks that we watch.
//
// Memory is handed out zeroed and given back only with the arena, so a pointer
// into it never dangles for a lock-free reader.
//
// Thread safety: Allocate needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_ARENA_H_
#define LOCKDEP_INTERNAL_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace lockdep::internal {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Returns zeroed memory aligned to 16, or null when memory ended.
  void* Allocate(size_t bytes);

  template <typename T>
  T* New() {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
    void* memory = Allocate(sizeof(T));
    return memory == nullptr ? nullptr : new (memory) T();
  }

  // For types of which all-zero is the initial state.
  template <typename T>
  T* NewArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
    if (count > SIZE_MAX / sizeof(T)) return nullptr;
    return static_cast<T*>(Allocate(count * sizeof(T)));
  }

  // Copies a string with its terminator; null when memory ended.
  const char* CopyString(const char* text);

  size_t bytes_mapped() const { return mapped_; }

  // For tests: the n-th growth from now on fails, and all that follow (0 = none).
  void FailGrowthAfter(uint64_t growths) { fail_after_ = growths; }

 private:
  struct Block {
    Block* next;
    size_t size;
  };

  static constexpr size_t kBlockSize = size_t{1} << 18;

  void* AllocateBlock(size_t bytes);

  Block* blocks_ = nullptr;
  char* cursor_ = nullptr;
  size_t left_ = 0;
  size_t mapped_ = 0;
  uint64_t fail_after_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_ARENA_H_
