#include "mm_model/explore/dfs.h"

#include <random>
#include <set>

#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

// What the tasks of a small program do.  Letters name variables or locks.
struct Op {
  enum Kind { kRead, kWrite, kLock, kUnlock, kReadLock, kReadUnlock, kAwait } kind;
  int which;
};
using Ops = std::vector<Op>;

// Runs programs over three variables, two spinlocks and a semaphore, and collects
// every result that they can have.
class DfsTest : public ModelTest {
 protected:
  struct World {
    int variables[3] = {};
    spinlock* locks[2] = {};
    rw_semaphore* sem = nullptr;
  };

  void Do(const Op& op, std::string* log) {
    int* const variable = &world_.variables[op.which % 3];
    switch (op.kind) {
      case Op::kRead:
        SchedulingPoint({StepKind::kRead, "read", variable, AccessMode::kShared});
        *log += std::to_string(*variable) + " ";
        return;
      case Op::kWrite:
        SchedulingPoint({StepKind::kWrite, "write", variable});
        *variable = *variable * 3 + 1 + static_cast<int>(current().id());
        return;
      case Op::kLock:
        return spin_lock(world_.locks[op.which % 2]);
      case Op::kUnlock:
        return spin_unlock(world_.locks[op.which % 2]);
      case Op::kReadLock:
        return op.which == 0 ? down_read(world_.sem) : down_write(world_.sem);
      case Op::kReadUnlock:
        return op.which == 0 ? up_read(world_.sem) : up_write(world_.sem);
      case Op::kAwait:
        WaitUntil({StepKind::kWait, "await", variable, AccessMode::kShared},
                  {[](const void* of, const Task&) { return *static_cast<const int*>(of) != 0; },
                   variable});
        *log += std::to_string(*variable) + " ";
        return;
    }
  }

  std::string RunOnce(const std::vector<Ops>& program, Dfs* dfs) {
    machine_.Clear();
    world_ = World();
    Alone([this] {
      for (auto& lock : world_.locks) lock = machine().New<spinlock>(LockClass::kILock, nullptr);
      world_.sem = machine().New<rw_semaphore>(LockClass::kIMmapRwsem, nullptr);
    });
    std::vector<std::string> logs(program.size());
    std::vector<Body> bodies;
    for (size_t i = 0; i < program.size(); ++i) {
      bodies.push_back([this, &program, &logs, i] {
        for (const Op& op : program[i]) Do(op, &logs[i]);
      });
    }
    const ExecutionResult result = Together(bodies, dfs);
    std::string text = ToString(result.outcome);
    for (const std::string& log : logs) text += " | " + log;
    for (const int variable : world_.variables) text += " " + std::to_string(variable);
    return text;
  }

  struct Explored {
    std::set<std::string> results;
    int executions = 0;
    int cut = 0;
  };

  Explored Explore(const std::vector<Ops>& program, Reduction reduction) {
    Explored explored;
    Dfs dfs(reduction);
    do {
      const std::string result = RunOnce(program, &dfs);
      const bool cut = result.starts_with("cut");
      if (!cut) explored.results.insert(result);
      ++(cut ? explored.cut : explored.executions);
    } while (dfs.Advance() && explored.executions < 200'000);
    return explored;
  }

  World world_;
};

TEST_F(DfsTest, IndependentStepsAreRunInOneOrder) {
  const std::vector<Ops> program = {{{Op::kWrite, 0}, {Op::kWrite, 0}, {Op::kRead, 2}},
                                    {{Op::kWrite, 1}, {Op::kWrite, 1}, {Op::kRead, 2}}};
  EXPECT_EQ(Explore(program, Reduction::kPartialOrder).executions, 1);
  // Four steps each, the start included: 8 over 4.
  EXPECT_EQ(Explore(program, Reduction::kNone).executions, 70);
}

TEST_F(DfsTest, ConflictingStepsAreRunInBothOrders) {
  const std::vector<Ops> program = {{{Op::kWrite, 0}}, {{Op::kRead, 0}}};
  const Explored explored = Explore(program, Reduction::kPartialOrder);
  EXPECT_EQ(explored.executions, 2);
  EXPECT_EQ(explored.results.size(), 2u);
}

TEST_F(DfsTest, ThreeWritersAreRunInAllSixOrders) {
  const Explored explored =
      Explore({{{Op::kWrite, 0}}, {{Op::kWrite, 0}}, {{Op::kWrite, 0}}}, Reduction::kPartialOrder);
  EXPECT_EQ(explored.executions, 6);
}

TEST_F(DfsTest, ReadersThatAWriterWaitsForNeedNoOrderAmongThemselves) {
  const Ops reader = {{Op::kReadLock, 0}, {Op::kRead, 0}, {Op::kReadUnlock, 0}};
  EXPECT_EQ(Explore({reader, reader}, Reduction::kPartialOrder).executions, 1);
}

TEST_F(DfsTest, FindsTheDeadlockOfTwoLocks) {
  const Ops forward = {{Op::kLock, 0}, {Op::kLock, 1}, {Op::kUnlock, 1}, {Op::kUnlock, 0}};
  const Ops backward = {{Op::kLock, 1}, {Op::kLock, 0}, {Op::kUnlock, 0}, {Op::kUnlock, 1}};
  const Explored explored = Explore({forward, backward}, Reduction::kPartialOrder);
  EXPECT_EQ(std::count_if(explored.results.begin(), explored.results.end(),
                          [](const std::string& result) { return result.starts_with("deadlock"); }),
            1);
  EXPECT_LE(explored.executions, 4);
}

TEST_F(DfsTest, WhatHidesBehindADeadlockIsFoundToo) {
  // The first order that is run deadlocks at once; another one completes.
  const Ops waiter = {{Op::kAwait, 0}};
  const Ops writer = {{Op::kLock, 0}, {Op::kWrite, 0}, {Op::kLock, 0}};
  EXPECT_EQ(Explore({waiter, writer}, Reduction::kPartialOrder).results,
            Explore({waiter, writer}, Reduction::kNone).results);
}

Ops RandomOps(std::mt19937& random, int length) {
  Ops ops;
  bool locked[2] = {};
  int sem = -1;  // How the semaphore is held.
  for (int i = 0; i < length; ++i) {
    const int which = static_cast<int>(random() % 3);
    switch (random() % 8) {
      case 0:
      case 1:
        ops.push_back({Op::kRead, which});
        break;
      case 2:
      case 3:
        ops.push_back({Op::kWrite, which});
        break;
      case 4:
      case 5:
        ops.push_back({locked[which % 2] ? Op::kUnlock : Op::kLock, which});
        locked[which % 2] = !locked[which % 2];
        break;
      case 6:
        if (sem < 0) {
          sem = which % 2;
          ops.push_back({Op::kReadLock, sem});
        } else {
          ops.push_back({Op::kReadUnlock, sem});
          sem = -1;
        }
        break;
      default:
        ops.push_back({Op::kAwait, which});
    }
  }
  return ops;
}

std::string ToText(const std::vector<Ops>& program) {
  static constexpr const char* kNames[] = {"r", "w", "L", "U", "S", "V", "await"};
  std::string text;
  for (const Ops& ops : program) {
    for (const Op& op : ops) text += kNames[op.kind] + std::to_string(op.which) + " ";
    text += "| ";
  }
  return text;
}

// The reduction leaves out nothing that shows: no result, no deadlock.
TEST_F(DfsTest, TheReductionFindsEveryResultOfRandomPrograms) {
  int deadlocks = 0;
  uint64_t full = 0;
  uint64_t reduced = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const int tasks = seed % 2 == 0 ? 2 : 3;
    std::vector<Ops> program;
    for (int i = 0; i < tasks; ++i)
      program.push_back(RandomOps(random, tasks == 2 ? 5 : 2 + i / 2));
    const Explored all = Explore(program, Reduction::kNone);
    const Explored some = Explore(program, Reduction::kPartialOrder);
    ASSERT_EQ(some.results, all.results) << "seed " << seed << ": " << ToText(program);
    for (const std::string& result : all.results) deadlocks += result.starts_with("deadlock");
    full += static_cast<uint64_t>(all.executions);
    reduced += static_cast<uint64_t>(some.executions + some.cut);
  }
  EXPECT_GT(deadlocks, 10);
  EXPECT_LT(reduced * 3, full);
}

}  // namespace
}  // namespace mm_model
