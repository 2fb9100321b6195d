#include "mm_model/execution_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace mm_model {
namespace {

std::vector<void*> Take(ExecutionMemory* memory) {
  std::vector<void*> taken;
  for (size_t size = 1; size < 3000; size += 97) taken.push_back(memory->allocate(size, 16));
  taken.push_back(memory->allocate(300'000, 64));  // Larger than a block.
  taken.push_back(memory->allocate(8, 8));
  return taken;
}

TEST(ExecutionMemoryTest, TheSameRequestsGetTheSameAddressesAgain) {
  ExecutionMemory memory;
  const std::vector<void*> first = Take(&memory);
  const size_t capacity = memory.capacity();
  for (int i = 0; i < 100; ++i) {
    memory.Clear();
    EXPECT_EQ(Take(&memory), first);
  }
  EXPECT_EQ(memory.capacity(), capacity);
}

TEST(ExecutionMemoryTest, AnImageIsPutBackWhereItWas) {
  ExecutionMemory memory;
  const std::vector<void*> taken = Take(&memory);  // Of several blocks.
  int value = 1;
  for (void* const piece : taken) *static_cast<unsigned char*>(piece) = value++;
  ExecutionMemory::Image image;
  memory.Save(&image);
  void* const next = memory.allocate(100, 8);

  for (void* const piece : taken) *static_cast<unsigned char*>(piece) = 0;
  Take(&memory);
  memory.Clear();
  memory.Restore(image);
  value = 1;
  for (void* const piece : taken) EXPECT_EQ(*static_cast<unsigned char*>(piece), value++);
  EXPECT_EQ(memory.allocate(100, 8), next);
}

TEST(ExecutionMemoryTest, PiecesAreAlignedAndDoNotOverlap) {
  ExecutionMemory memory;
  uintptr_t end = 0;
  for (const size_t alignment : {1u, 64u, 8u, 32u}) {
    const auto at = reinterpret_cast<uintptr_t>(memory.allocate(10, alignment));
    EXPECT_EQ(at % alignment, 0u);
    EXPECT_GE(at, end);
    end = at + 10;
  }
}

}  // namespace
}  // namespace mm_model
