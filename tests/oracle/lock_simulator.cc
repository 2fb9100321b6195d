#include "tests/oracle/lock_simulator.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <unordered_set>

namespace lockdep::oracle {
namespace {

// What one thread does; for each release, which of its steps it gives back.
struct Task {
  Program steps;
  std::vector<size_t> released;
};

struct TaskState {
  uint16_t next = 0;     // Of its steps.
  uint16_t arrival = 0;  // Above 0: waits, and since when.
  uint32_t held = 0;     // Bit n: what step n took is held.
};

struct State {
  std::array<TaskState, kMaxThreads> tasks;
  uint32_t arrivals = 0;

  std::string Key() const {
    return {reinterpret_cast<const char*>(this), reinterpret_cast<const char*>(this + 1)};
  }
};
static_assert(std::has_unique_object_representations_v<State>);

class Simulation {
 public:
  explicit Simulation(const Program& program) {
    for (const Step& step : program) Append(step);
  }

  bool Explore(State state) {
    if (!seen_.insert(state.Key()).second) return false;
    bool all_done = true;
    bool stuck = true;
    for (uint8_t id = 0; id < kMaxThreads; ++id) {
      if (state.tasks[id].next == tasks_[id].steps.size()) continue;
      all_done = false;
      State after = state;
      if (!Move(after, id)) continue;
      stuck = false;
      schedule_.push_back(tasks_[id].steps[state.tasks[id].next]);
      if (Explore(after)) return true;
      schedule_.pop_back();
    }
    return stuck && !all_done;
  }

  const Program& schedule() const { return schedule_; }

 private:
  void Append(const Step& step) {
    Task& task = tasks_[step.thread];
    size_t matching = task.steps.size();
    if (step.op == Op::kRelease) {
      while (matching-- > 0 &&
             (task.steps[matching].lock != step.lock || task.steps[matching].op != Op::kAcquire ||
              IsReleased(task, matching))) {
      }
      if (matching >= task.steps.size()) abort();
    } else if (step.op != Op::kAcquire) {
      abort();
    }
    task.steps.push_back(step);
    task.released.push_back(matching);
    if (task.steps.size() > 32) abort();
  }

  static bool IsReleased(const Task& task, size_t step) {
    for (size_t i = step + 1; i < task.steps.size(); ++i) {
      if (task.steps[i].op == Op::kRelease && task.released[i] == step) return true;
    }
    return false;
  }

  // Returns whether the task could do something: go on, or begin to wait.
  bool Move(State& state, uint8_t id) const {
    TaskState& self = state.tasks[id];
    const Task& task = tasks_[id];
    const Step& step = task.steps[self.next];
    if (step.op == Op::kRelease) {
      self.held &= ~(1u << task.released[self.next]);
    } else if (!MustWait(state, id, step)) {
      if (self.arrival != 0) Leave(state, self.arrival);
      self.held |= 1u << self.next;
    } else if (!step.trylock) {
      if (self.arrival != 0) return false;
      self.arrival = static_cast<uint16_t>(++state.arrivals);
      return true;
    }
    ++self.next;
    return true;
  }

  // Keeps arrivals dense, so that equal situations are equal states.
  static void Leave(State& state, uint16_t arrival) {
    for (TaskState& task : state.tasks) {
      if (task.arrival == arrival) task.arrival = 0;
      if (task.arrival > arrival) --task.arrival;
    }
    --state.arrivals;
  }

  bool MustWait(const State& state, uint8_t id, const Step& step) const {
    for (uint8_t other = 0; other < kMaxThreads; ++other) {
      if (HolderBlocks(state.tasks[other], tasks_[other], step)) return true;
      if (step.mode == ReadMode::kRead && other != id &&
          QueuedWriterBlocks(state, other, state.tasks[id].arrival, step.lock)) {
        return true;
      }
    }
    return false;
  }

  static bool HolderBlocks(const TaskState& state, const Task& task, const Step& step) {
    for (size_t i = 0; i < state.next; ++i) {
      if ((state.held >> i & 1) == 0 || task.steps[i].lock != step.lock) continue;
      if (step.mode == ReadMode::kWrite || task.steps[i].mode == ReadMode::kWrite) return true;
    }
    return false;
  }

  // `arrival`: when the reader began to wait; 0 if it comes only now.
  bool QueuedWriterBlocks(const State& state, uint8_t writer, uint16_t arrival, Lock lock) const {
    const TaskState& other = state.tasks[writer];
    if (other.arrival == 0 || (arrival != 0 && arrival < other.arrival)) return false;
    const Step& wanted = tasks_[writer].steps[other.next];
    return wanted.lock == lock && wanted.mode == ReadMode::kWrite;
  }

  std::array<Task, kMaxThreads> tasks_;
  std::unordered_set<std::string> seen_;
  Program schedule_;
};

}  // namespace

std::optional<Program> FindDeadlock(const Program& program) {
  Simulation simulation(program);
  if (!simulation.Explore(State{})) return std::nullopt;
  return simulation.schedule();
}

}  // namespace lockdep::oracle
