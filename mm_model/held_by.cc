#include "mm_model/held_by.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace mm_model {

std::string HeldBy(const Task& task) {
  const lockdep::HeldLocks& held = task.context().held;
  const Step& next = task.next_step();
  const bool waits = next.kind == StepKind::kLock || next.kind == StepKind::kWait;
  std::string text;
  for (uint32_t i = 0; i < held.depth(); ++i) {
    const char* name = task.machine().validator().classes().Get(held[i].use.class_id()).name;
    if (waits && i + 1 == held.depth() && std::strcmp(name, next.what) == 0) continue;
    const char* mode = held[i].use.reads() ? " (read)" : " (write)";
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, mode);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace mm_model
