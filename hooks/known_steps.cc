#include "hooks/known_steps.h"

#include <sys/mman.h>

#include <cerrno>

#include "hooks/cells.h"

namespace lockdep::hooks {

constinit LockEnds lock_ends;

namespace {

constexpr size_t kHugePage = size_t{1} << 21;

// Large tables in huge pages, where the system has them: one that is read through from end to
// end would wait for translations.
void* MapTable(size_t bytes) {
  if (bytes <= 2 * kHugePage) return MapPages(bytes, Pages::kReserve);
  void* const memory = MapPages(bytes + kHugePage, Pages::kReserve);
  if (memory == nullptr) return nullptr;
  const uintptr_t first =
      (reinterpret_cast<uintptr_t>(memory) + kHugePage - 1) / kHugePage * kHugePage;
  const int saved_errno = errno;
  madvise(reinterpret_cast<void*>(first), bytes, MADV_HUGEPAGE);
  errno = saved_errno;
  return reinterpret_cast<void*>(first);
}

// Stands for a table where there is no memory for one.
constinit KnownStep no_step;

}  // namespace

const StepTable& KnownSteps::table() {
  if (table_.first == nullptr && !Grow()) table_.first = &no_step;
  return table_;
}

// The old one is emptied and stays where it is: whoever is interrupted may look at it.
bool KnownSteps::Grow() {
  const size_t slots = slots_ == 0 ? kFewest : slots_ * kGrowth;
  auto* steps = static_cast<KnownStep*>(MapTable(slots * sizeof(KnownStep)));
  if (steps == nullptr) return false;
  if (slots_ != 0) madvise(table_.first, slots_ * sizeof(KnownStep), MADV_DONTNEED);
  slots_ = slots;
  displaced_ = 0;
  InOrder(table_.first) = steps;
  InOrder(table_.offsets) = (slots - 1) * sizeof(KnownStep);
  return true;
}

bool KnownSteps::IsUsed(const KnownStep& slot) const {
  const uintptr_t address = slot.lock & ~kStepModes;
  return slot.before != 0 && slot.ends == lock_ends.At(address) + table_.era;
}

bool KnownSteps::Note(const KnownStep& step) {
  if (slots_ == 0) return false;
  const uintptr_t address = step.lock & ~kStepModes;
  KnownStep* slot = &table_.Slot(step.before, address, step.place);
  const bool is_same =
      slot->lock == step.lock && slot->place == step.place && slot->before == step.before;
  if (!is_same && IsUsed(*slot)) ++displaced_;
  const bool has_grown = displaced_ > slots_ && slots_ < kMost && Grow();
  if (has_grown) slot = &table_.Slot(step.before, address, step.place);
  *slot = step;
  slot->ends += table_.era;
  return has_grown;
}

}  // namespace lockdep::hooks
