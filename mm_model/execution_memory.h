// The memory of executions: handed out piece by piece, given back all at once.
// The same requests after Clear() get the same addresses, so that objects of two
// executions that went the same way can be compared by address; and no execution
// asks the system for what an earlier one had.
//
// What is in it can be saved as an image and put back: objects of it that point
// only to one another are then as they were.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_EXECUTION_MEMORY_H_
#define MM_MODEL_EXECUTION_MEMORY_H_

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <vector>

namespace mm_model {

class ExecutionMemory final : public std::pmr::memory_resource {
 public:
  ExecutionMemory() = default;
  ExecutionMemory(const ExecutionMemory&) = delete;
  ExecutionMemory& operator=(const ExecutionMemory&) = delete;

  // Forgets all that was handed out; keeps the memory.
  void Clear() {
    block_ = 0;
    used_ = 0;
  }

  // All that was handed out since Clear(), with what is in it.
  class Image {
   private:
    friend class ExecutionMemory;
    std::vector<std::byte> bytes_;
    size_t block_ = 0;
    size_t used_ = 0;
  };
  void Save(Image* image) const;
  // What was handed out after the image was saved is forgotten.
  // REQUIRES: the image is of this memory.
  void Restore(const Image& image);

  // Bytes asked of the system, ever.
  size_t capacity() const { return capacity_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    size_t size;
  };

  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* /*pointer*/, size_t /*bytes*/, size_t /*alignment*/) override {}
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  void* TakeFromBlock(size_t bytes, size_t alignment);
  // Bytes in use of the block, one of those up to the one in use.
  size_t UsedOf(size_t block) const { return block == block_ ? used_ : blocks_[block].size; }

  std::vector<Block> blocks_;
  size_t block_ = 0;  // Index of the block in use.
  size_t used_ = 0;   // Of that block.
  size_t capacity_ = 0;
};

}  // namespace mm_model

#endif  // MM_MODEL_EXECUTION_MEMORY_H_
