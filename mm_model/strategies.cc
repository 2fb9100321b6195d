#include "mm_model/strategies.h"

#include <algorithm>

namespace mm_model {

size_t FirstRunnable::ChooseNext(std::span<Task* const> runnable, const Task* last) {
  const auto same = std::find(runnable.begin(), runnable.end(), last);
  return same == runnable.end() ? 0 : static_cast<size_t>(same - runnable.begin());
}

size_t RoundRobin::ChooseNext(std::span<Task* const> runnable, const Task* /*last*/) {
  return turn_++ % runnable.size();
}

size_t RandomOrder::ChooseNext(std::span<Task* const> runnable, const Task* /*last*/) {
  return runnable.size() == 1 ? 0 : random_() % runnable.size();
}

}  // namespace mm_model
