#include "mm_model/explore/pct.h"

#include <algorithm>

namespace mm_model {

void Pct::BeginExecution() {
  // Above the depth: that is where tasks fall to.
  for (size_t i = 0; i < priorities_.size(); ++i) priorities_[i] = depth_ + i;
  for (size_t i = priorities_.size(); i-- > 1;) {
    std::swap(priorities_[i], priorities_[random_() % (i + 1)]);
  }
  changes_.clear();
  for (unsigned i = 1; i < depth_; ++i) changes_.push_back(1 + random_() % longest_);
}

TaskId Pct::Highest(TaskSet runnable) const {
  TaskId highest = FirstOf(runnable);
  for (TaskSet left = runnable; left != 0; left &= left - 1) {
    if (priorities_[FirstOf(left)] > priorities_[highest]) highest = FirstOf(left);
  }
  return highest;
}

TaskId Pct::ChooseNext(const Situation& situation) {
  longest_ = std::max(longest_, situation.steps);
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i] == situation.steps) priorities_[Highest(situation.runnable)] = i;
  }
  return Highest(situation.runnable);
}

}  // namespace mm_model
