#include "hooks/cells.h"

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace lockdep::hooks {
namespace {

TEST(CellsTest, CellsAreApartAndWritable) {
  Cells cells;
  std::set<char*> seen;
  for (int i = 0; i < 2000; ++i) {
    auto* cell = static_cast<char*>(cells.Allocate());
    ASSERT_NE(cell, nullptr);
    memset(cell, i, kCellSize);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(cell) % 16, 0u);
    const auto next = seen.insert(cell).first;
    EXPECT_TRUE(next == seen.begin() || cell - *std::prev(next) >= ptrdiff_t{kCellSize});
  }
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(CellsTest, FreedCellIsUsedAgain) {
  Cells cells;
  void* cell = cells.Allocate();
  cells.Free(cell);

  EXPECT_EQ(cells.Allocate(), cell);
}

TEST(CellsTest, WhatOneThreadFreesAnotherCanUse) {
  Cells producer;
  Cells consumer;
  std::set<void*> made;
  for (int round = 0; round < 100; ++round) {
    std::vector<void*> batch;
    for (int i = 0; i < 100; ++i) batch.push_back(producer.Allocate());
    made.insert(batch.begin(), batch.end());
    for (void* cell : batch) consumer.Free(cell);
  }

  EXPECT_LT(made.size(), 2000u) << "freed cells never came back to the thread that needs them";
}

TEST(CellsTest, CellsGivenBackByManyThreadsAreNeitherLostNorDoubled) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      Cells cells;
      for (int i = 0; i < kRounds; ++i) {
        auto* first = static_cast<int*>(cells.Allocate());
        auto* second = static_cast<int*>(cells.Allocate());
        *first = t;
        *second = -1 - t;
        ASSERT_EQ(*first, t);
        ASSERT_EQ(*second, -1 - t);
        Cells::GiveBack(first);
        cells.Free(second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace lockdep::hooks
