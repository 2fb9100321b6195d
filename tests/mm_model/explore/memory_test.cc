// That long explorations need no more memory than short ones: what is allocated
// after some executions is all that is ever allocated.  In a program of its own,
// which counts what lives on the heap.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "mm_model/explore/explorer.h"
#include "mm_model/mm_locks.h"

namespace {

int64_t live_allocations = 0;

}  // namespace

// Not inlined: a compiler that sees through them takes new and delete for a mismatch.
[[gnu::noinline]] void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  ++live_allocations;
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) --live_allocations;
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, size_t /*size*/) noexcept {
  operator delete(memory);
}

namespace mm_model {
namespace {

struct Footing {
  int64_t allocations = 0;
  size_t engine = 0;      // Bytes.
  size_t executions = 0;  // Bytes.
};

// What lives after `few` executions, and after ten times as many.
struct Growth {
  Footing early;
  Footing late;
  uint64_t executions = 0;
};

Growth GrowthOf(const Program& program, ExploreOptions options, uint64_t few) {
  FindingLog log;
  const auto validator =
      std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
  Runner runner(*validator);
  Explorer explorer(runner, log, {});
  Growth growth;
  explorer.on_progress = [&](const Coverage& coverage) {
    growth.executions = coverage.executions + coverage.cut;
    const Footing now{live_allocations, validator->Stats().memory, runner.memory()};
    if (growth.executions >= few && growth.early.allocations == 0) growth.early = now;
    growth.late = now;
    return true;
  };
  options.limits.max_executions = 10 * few + 1;
  explorer.Explore(program, options);
  return growth;
}

void ExpectFlat(const Growth& growth, uint64_t few) {
  EXPECT_GT(growth.executions, 9 * few);
  EXPECT_GT(growth.early.allocations, 0);
  EXPECT_EQ(growth.late.allocations, growth.early.allocations);
  EXPECT_EQ(growth.late.engine, growth.early.engine);
  EXPECT_EQ(growth.late.executions, growth.early.executions);
}

constexpr uint64_t kFew = 640;  // Progress is told every 64 executions.

TEST(ExplorationMemoryTest, IsFlatOverAnExhaustiveSearch) {
  const Scenario* const both[] = {FindScenario("fault-under-vma-lock"), FindScenario("munmap")};
  ExpectFlat(GrowthOf(ProgramOf(both), {}, kFew), kFew);
}

// Tasks of an execution that deadlocks are left where they wait.
TEST(ExplorationMemoryTest, IsFlatWhereExecutionsDeadlock) {
  const Program program = ProgramOf(*FindScenario("mmap-lock-under-vma-read"));
  ExpectFlat(GrowthOf(program, {.strategy = StrategyKind::kRandom}, kFew), kFew);
}

// A mutation puts off, skips and reports in every execution.
TEST(ExplorationMemoryTest, IsFlatWhereEveryExecutionIsBroken) {
  const Program program = ProgramOf(*FindScenario("fault-races-fork"));
  const auto delay = ParseMutation("delay mm->mmap_lock");
  ExpectFlat(GrowthOf(program, {.strategy = StrategyKind::kPct, .mutation = *delay}, kFew), kFew);
}

// Each has one lock and waits for the other's, the first of them for one that a
// mutation put off.
void TakeBoth(AddressSpace& space) {
  i_mmap_lock_write(space.data->f_mapping);
  spin_lock(&space.mm->page_table_lock);
  spin_unlock(&space.mm->page_table_lock);
  i_mmap_unlock_write(space.data->f_mapping);
}

// Nothing on the stack of a task that is left where it waits may own memory.
TEST(ExplorationMemoryTest, IsFlatWhereDelayedLocksAreWaitedForInVain) {
  constexpr ScenarioTask kTasks[] = {{"late", TakeBoth}, {"early", TakeBoth}};
  const Scenario both{"both", "test", "two locks in two orders", kTasks};
  const auto late = ParseMutation("delay mapping->i_mmap_rwsem@late");
  ExpectFlat(
      GrowthOf(ProgramOf(both), {.strategy = StrategyKind::kRandom, .mutation = *late}, kFew),
      kFew);
}

}  // namespace
}  // namespace mm_model
