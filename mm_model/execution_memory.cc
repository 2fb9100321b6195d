#include "mm_model/execution_memory.h"

#include <algorithm>
#include <cstring>

namespace mm_model {
namespace {

constexpr size_t kBlockSize = size_t{64} * 1024;

}  // namespace

void* ExecutionMemory::TakeFromBlock(size_t bytes, size_t alignment) {
  Block& block = blocks_[block_];
  void* at = block.bytes.get() + used_;
  size_t space = block.size - used_;
  if (std::align(alignment, bytes, at, space) == nullptr) return nullptr;
  used_ = block.size - space + bytes;
  return at;
}

void* ExecutionMemory::do_allocate(size_t bytes, size_t alignment) {
  for (; block_ < blocks_.size(); ++block_, used_ = 0) {
    if (void* const taken = TakeFromBlock(bytes, alignment)) return taken;
  }
  const size_t size = std::max(kBlockSize, bytes + alignment);
  blocks_.push_back({std::make_unique<std::byte[]>(size), size});
  capacity_ += size;
  used_ = 0;
  return TakeFromBlock(bytes, alignment);
}

void ExecutionMemory::Save(Image* image) const {
  image->block_ = block_;
  image->used_ = used_;
  image->bytes_.clear();
  for (size_t i = 0; i < blocks_.size() && i <= block_; ++i) {
    const std::byte* const begin = blocks_[i].bytes.get();
    image->bytes_.insert(image->bytes_.end(), begin, begin + UsedOf(i));
  }
}

void ExecutionMemory::Restore(const Image& image) {
  block_ = image.block_;
  used_ = image.used_;
  const std::byte* from = image.bytes_.data();
  for (size_t i = 0; i < blocks_.size() && i <= block_; ++i) {
    std::memcpy(blocks_[i].bytes.get(), from, UsedOf(i));
    from += UsedOf(i);
  }
}

}  // namespace mm_model
