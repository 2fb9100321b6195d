#include "mm_model/rules/rule_terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mm_model/rules/rule_answers.h"

namespace mm_model {
namespace {

template <typename Owner>
bool HoldsOne(const Owner& owner, const Condition& condition, AccessKind kind) {
  if (IsOfClass(condition)) return HoldsOfClass(condition);
  const Answer answer = Ask(owner, condition, kind);
  switch (condition.mode) {
    case HoldMode::kState:
      return answer.state_holds;
    case HoldMode::kRead:
      return answer.state_holds || answer.locks.HeldForReading();
    case HoldMode::kWrite:
      return answer.state_holds || answer.locks.HeldForWriting();
  }
  return false;
}

template <typename Owner>
bool HoldsAny(const Owner& owner, const Requirement& requirement, AccessKind kind) {
  return std::any_of(requirement.begin(), requirement.end(), [&](const Alternative& alternative) {
    return std::all_of(alternative.begin(), alternative.end(), [&](const Condition& condition) {
      return HoldsOne(owner, condition, kind);
    });
  });
}

std::string ToText(const Condition& condition) {
  const char* mode = condition.mode == HoldMode::kWrite  ? ":write"
                     : condition.mode == HoldMode::kRead ? ":read"
                                                         : "";
  return absl::StrCat(std::string(WordOf(condition.term)), mode);
}

}  // namespace

#define MM_OWNERS(X)  \
  X(vm_area_struct)   \
  X(mm_struct)        \
  X(anon_vma)         \
  X(address_space)    \
  X(inode)            \
  X(super_block)      \
  X(folio)            \
  X(swap_info_struct) \
  X(userfaultfd_ctx)  \
  X(Globals)          \
  X(pt_slot)          \
  X(PtMove)

#define MM_X(Owner)                                                                 \
  bool Holds(const Owner& owner, const Requirement& requirement, AccessKind kind) { \
    return HoldsAny(owner, requirement, kind);                                      \
  }
MM_OWNERS(MM_X)
#undef MM_X

template <typename Owner>
Lack LackOf(const Owner& owner, const Requirement& requirement, AccessKind kind) {
  Lack lack;
  for (const Condition& condition : requirement.items[0]) {
    if (HoldsOne(owner, condition, kind)) continue;
    absl::StrAppend(&lack.text, lack.text.empty() ? "" : " & ", ToText(condition));
    if (lack.lock == nullptr) lack.lock = Ask(owner, condition, kind).locks.first();
  }
  return lack;
}

#define MM_X(Owner) template Lack LackOf(const Owner&, const Requirement&, AccessKind);
MM_OWNERS(MM_X)
#undef MM_X

}  // namespace mm_model
