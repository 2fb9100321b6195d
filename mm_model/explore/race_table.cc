#include "mm_model/explore/race_table.h"

#include <utility>

namespace mm_model {

void RaceTable::Grow() {
  std::vector<Cell> old(cells_.size() * 2);
  std::swap(old, cells_);
  for (const Cell& cell : old) {
    if (cell.epoch == epoch_) *Slot(cell.object) = cell;
  }
}

}  // namespace mm_model
