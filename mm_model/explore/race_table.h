// Who accessed each object last, in one execution: what the search for races
// asks at every step.
//
// Thread safety: used by one thread.  Cost: one expected probe.

#ifndef MM_MODEL_EXPLORE_RACE_TABLE_H_
#define MM_MODEL_EXPLORE_RACE_TABLE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "mm_model/step.h"

namespace mm_model {

// How many steps of each task come before, in every equivalent execution.
using VectorClock = std::array<uint32_t, kMaxTasks>;

// Steps are named by their index in the execution; -1 is none.
class RaceTable {
 public:
  static constexpr int32_t kNone = -1;

  struct Cell {
    const void* object = nullptr;
    uint32_t epoch = 0;
    int32_t exclusive = kNone;                // The last exclusive access.
    std::array<int32_t, kMaxTasks> shared{};  // The last shared one of each task, since then.
    TaskSet sharers = 0;                      // Those with one.

    void Note(AccessMode mode, TaskId task, int32_t step) {
      if (mode == AccessMode::kExclusive) {
        exclusive = step;
        sharers = 0;
      } else {
        shared[task] = step;
        sharers |= SetOf(task);
      }
    }
  };

  RaceTable() : cells_(size_t{1} << kFirstBits) {}

  // A new execution begins.
  void Clear() {
    ++epoch_;
    used_ = 0;
  }

  // The cell of the object, empty at first.  Valid until the next call.
  Cell& At(const void* object) {
    if (used_ * 2 >= cells_.size()) Grow();
    Cell& cell = *Slot(object);
    if (cell.epoch != epoch_) {
      cell = {.object = object, .epoch = epoch_};
      ++used_;
    }
    return cell;
  }

 private:
  static constexpr unsigned kFirstBits = 10;

  Cell* Slot(const void* object) {
    const size_t mask = cells_.size() - 1;
    for (size_t at = Hash(object);; ++at) {
      Cell& cell = cells_[at & mask];
      if (cell.epoch != epoch_ || cell.object == object) return &cell;
    }
  }
  static size_t Hash(const void* object) {
    return (reinterpret_cast<uintptr_t>(object) * 0x9E3779B97F4A7C15u) >> 32;
  }
  void Grow();

  std::vector<Cell> cells_;  // A power of two; cells of other epochs are free.
  size_t used_ = 0;
  uint32_t epoch_ = 1;
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_RACE_TABLE_H_
