#include "lockdep/internal/arena.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

namespace lockdep::internal {
namespace {

constexpr size_t kAlignment = 16;

constexpr size_t RoundUp(size_t value, size_t unit) { return (value + unit - 1) & ~(unit - 1); }

}  // namespace

Arena::~Arena() {
  for (Block* block = blocks_; block != nullptr;) {
    Block* next = block->next;
    munmap(block, block->size);
    block = next;
  }
}

void* Arena::Allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return nullptr;
  bytes = RoundUp(bytes, kAlignment);
  if (bytes > left_) return AllocateBlock(bytes);
  void* result = cursor_;
  cursor_ += bytes;
  left_ -= bytes;
  return result;
}

void* Arena::AllocateBlock(size_t bytes) {
  if (fail_after_ != 0 && --fail_after_ == 0) {
    fail_after_ = 1;  // Memory that ended stays ended.
    return nullptr;
  }
  constexpr size_t kHeader = RoundUp(sizeof(Block), kAlignment);
  const size_t size = RoundUp(bytes + kHeader, kBlockSize);
  const int saved_errno = errno;
  void* memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, 0);
  errno = saved_errno;
  if (memory == MAP_FAILED) return nullptr;

  blocks_ = new (memory) Block{blocks_, size};
  mapped_ += size;
  char* result = static_cast<char*>(memory) + kHeader;
  const size_t rest = size - kHeader - bytes;
  if (rest >= left_) {
    cursor_ = result + bytes;
    left_ = rest;
  }
  return result;
}

const char* Arena::CopyString(const char* text) {
  const size_t size = strlen(text) + 1;
  void* memory = Allocate(size);
  return memory == nullptr ? nullptr : static_cast<const char*>(memcpy(memory, text, size));
}

}  // namespace lockdep::internal
