#include "mm_model/strategies.h"

namespace mm_model {

TaskId NthOf(TaskSet set, unsigned n) {
  for (; n != 0; --n) set &= set - 1;
  return FirstOf(set);
}

TaskId FirstRunnable::ChooseNext(const Situation& situation) {
  const TaskId last = situation.last;
  return last != kNobody && Contains(situation.runnable, last) ? last : FirstOf(situation.runnable);
}

TaskId RoundRobin::ChooseNext(const Situation& situation) {
  const TaskSet after =
      situation.last == kNobody ? 0 : situation.runnable & ~(SetOf(situation.last + 1) - 1);
  return FirstOf(after != 0 ? after : situation.runnable);
}

TaskId RandomOrder::ChooseNext(const Situation& situation) {
  const unsigned count = CountOf(situation.runnable);
  if (count == 1) return FirstOf(situation.runnable);
  return NthOf(situation.runnable, static_cast<unsigned>(random_() % count));
}

}  // namespace mm_model
