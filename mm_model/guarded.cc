#include "mm_model/guarded.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "mm_model/interned.h"
#include "mm_model/mm_types.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;

constexpr Requirement CompiledExceptions(std::string_view text) {
  return text.empty() ? Requirement() : ParseRequirement(text).requirement;
}

constexpr FieldRule kFieldRules[] = {
#define MM_FIELD(identifier, name, requirement, source, exceptions, exceptions_source) \
  {name,                                                                               \
   requirement,                                                                        \
   CompiledRequirement(requirement),                                                   \
   source,                                                                             \
   exceptions,                                                                         \
   CompiledExceptions(exceptions),                                                     \
   exceptions_source},
#include "mm_model/field_rules.def"
#undef MM_FIELD
};

constexpr bool EveryExceptionIsWellFormed() {
  for (const FieldRule& rule : kFieldRules) {
    const std::string_view text = rule.exceptions_text;
    if (!text.empty() && ParseRequirement(text).error != nullptr) return false;
  }
  return true;
}
static_assert(EveryExceptionIsWellFormed());

// The locks that a condition asks for: all of them to write, any one to read.
// None: there is nothing to lock, so a write condition holds and a read one does not.
using Locks = ShortList<const DepMap*, 2>;

struct Answer {
  Locks locks;
  bool state_holds = false;
};

bool HoldsForReading(const Locks& locks) {
  return std::any_of(locks.begin(), locks.end(),
                     [](const DepMap* map) { return IsHeld(*map, HeldMode::kAny); });
}

bool HoldsForWriting(const Locks& locks) {
  return std::all_of(locks.begin(), locks.end(),
                     [](const DepMap* map) { return IsHeld(*map, HeldMode::kWrite); });
}

// ---- What the words mean for each kind of object ----

void AddIMmap(const vm_area_struct& vma, Locks* locks) {
  // Attached: it is in the tree, or must hide from it.  Else: if it is linked.
  const file* of = vma.vm_file.peek();
  const bool reachable = vma.state == VmaState::kAttached || vma.shared_rb.peek();
  if (of != nullptr && reachable) locks->Add(&of->f_mapping->i_mmap_rwsem.dep_map());
}

void AddAnonVma(const vm_area_struct& vma, Locks* locks) {
  const anon_vma* av = vma.anon_vma.peek();
  if (av == nullptr && !vma.anon_vma_chain.peek().empty()) {
    av = vma.anon_vma_chain.peek().front()->av;
  }
  if (av != nullptr) locks->Add(&av->root->rwsem.dep_map());
}

Answer Ask(const vm_area_struct& vma, const Condition& condition) {
  const mm_struct& mm = *vma.vm_mm.peek();
  Answer answer;
  switch (condition.term) {
    case Term::kMmap:
      answer.locks.Add(&mm.mmap_lock.dep_map());
      break;
    case Term::kVma:
      answer.locks.Add(&vma.write_lock_map);
      if (condition.mode == HoldMode::kRead) answer.locks.Add(&vma.read_lock_map);
      break;
    case Term::kRmap:
      AddIMmap(vma, &answer.locks);
      AddAnonVma(vma, &answer.locks);
      break;
    case Term::kIMmap:
      if (vma.vm_file.peek() != nullptr) {
        answer.locks.Add(&vma.vm_file.peek()->f_mapping->i_mmap_rwsem.dep_map());
      }
      break;
    case Term::kAnonVma:
      AddAnonVma(vma, &answer.locks);
      break;
    case Term::kPageTableLock:
      answer.locks.Add(&mm.page_table_lock.dep_map());
      break;
    case Term::kNew:
      answer.state_holds = vma.state == VmaState::kNew;
      break;
    case Term::kDetached:
      answer.state_holds = vma.state == VmaState::kDetached;
      break;
    default:
      break;
  }
  return answer;
}

Answer Ask(const mm_struct& mm, const Condition& condition) {
  Answer answer;
  if (condition.term == Term::kMmap) answer.locks.Add(&mm.mmap_lock.dep_map());
  if (condition.term == Term::kPageTableLock) answer.locks.Add(&mm.page_table_lock.dep_map());
  return answer;
}

Answer Ask(const anon_vma& av, const Condition& condition) {
  Answer answer;
  if (condition.term == Term::kAnonVma) answer.locks.Add(&av.root->rwsem.dep_map());
  return answer;
}

Answer Ask(const address_space& mapping, const Condition& condition) {
  Answer answer;
  if (condition.term == Term::kIMmap) answer.locks.Add(&mapping.i_mmap_rwsem.dep_map());
  if (condition.term == Term::kIPages) answer.locks.Add(&mapping.i_pages_lock.dep_map());
  return answer;
}

Answer Ask(const folio& folio, const Condition& condition) {
  Answer answer;
  const address_space* mapping = folio.mapping.peek();
  if (condition.term == Term::kFolio) answer.locks.Add(&folio.lock.dep_map());
  if (condition.term == Term::kIPages && mapping != nullptr) {
    answer.locks.Add(&mapping->i_pages_lock.dep_map());
  }
  if (condition.term == Term::kNew) answer.state_holds = !folio.visible;
  return answer;
}

// Whether nobody can come from a VMA to the addresses that the entry covers:
// its VMAs are out of the reverse mapping, and either out of the mm's tree as
// well or closed to faults and walks by the mmap write lock.
bool IsUnreachable(const pt_slot& slot) {
  const page_table& table = *slot.in;
  const mm_struct& mm = *table.mm;
  const bool closed = IsHeld(mm.mmap_lock.dep_map(), HeldMode::kWrite);
  const auto index = static_cast<unsigned long>(&slot - table.slots.data());
  const unsigned long start = table.start + index * table.entry_size();
  const unsigned long end = start + table.entry_size();
  return std::none_of(mm.vmas.begin(), mm.vmas.end(), [&](vm_area_struct* vma) {
    if (vma->vm_start.peek() >= end || vma->vm_end.peek() <= start) return false;
    const bool in_rmap = vma->shared_rb.peek() || !vma->anon_vma_chain.peek().empty();
    return in_rmap || (mm.mm_mt.peek().contains(vma) && !closed);
  });
}

Answer Ask(const pt_slot& slot, const Condition& condition) {
  Answer answer;
  if (condition.term == Term::kPtl) answer.locks.Add(&slot.in->lock.dep_map());
  if (condition.term == Term::kPageTableLock) {
    answer.locks.Add(&slot.in->mm->page_table_lock.dep_map());
  }
  if (condition.term == Term::kUnreachable) answer.state_holds = IsUnreachable(slot);
  return answer;
}

// ---- The check ----

template <typename Owner>
bool Holds(const Owner& owner, const Condition& condition) {
  const Answer answer = Ask(owner, condition);
  switch (condition.mode) {
    case HoldMode::kState:
      return answer.state_holds;
    case HoldMode::kRead:
      return HoldsForReading(answer.locks);
    case HoldMode::kWrite:
      return HoldsForWriting(answer.locks);
  }
  return false;
}

template <typename Owner>
bool AnyHolds(const Owner& owner, const Requirement& requirement) {
  return std::any_of(requirement.begin(), requirement.end(), [&](const Alternative& alternative) {
    return std::all_of(alternative.begin(), alternative.end(),
                       [&](const Condition& condition) { return Holds(owner, condition); });
  });
}

std::string ToText(const Condition& condition) {
  const char* mode = condition.mode == HoldMode::kWrite  ? ":write"
                     : condition.mode == HoldMode::kRead ? ":read"
                                                         : "";
  return absl::StrCat(std::string(WordOf(condition.term)), mode);
}

// The rule in words, and what was missing.
const char* RuleText(const FieldRule& rule, const std::string& missing) {
  std::string text =
      absl::StrCat("a write needs ", rule.text, " (", rule.source, "); missing: ", missing);
  if (*rule.exceptions_text != '\0') {
    absl::StrAppend(&text, "; exempt: ", rule.exceptions_text, " (", rule.exceptions_source, ")");
  }
  return Interned(text);
}

// Says what the task lacks for the first alternative, the one that is meant.
template <typename Owner>
void ReportBreach(const Owner& owner, const FieldRule& rule, const lockdep::CallSite& site) {
  std::string missing;
  const DepMap* first_lock = nullptr;
  for (const Condition& condition : rule.requirement.items[0]) {
    if (Holds(owner, condition)) continue;
    absl::StrAppend(&missing, missing.empty() ? "" : " & ", ToText(condition));
    const Answer answer = Ask(owner, condition);
    if (first_lock == nullptr && answer.locks.count != 0) first_lock = answer.locks.items[0];
  }
  machine().validator().ReportRule(current().context(), lockdep::ViolationKind::kUnprotectedAccess,
                                   first_lock, rule.name, RuleText(rule, missing), site);
}

template <typename Owner>
void CheckWrite(const Owner& owner, const FieldAccess& access) {
  const FieldRule& rule = RuleOf(access.field);
  SchedulingPoint({StepKind::kWrite, rule.name, access.where});
  if (machine().validator().stopped()) return;  // It no longer knows what is held.
  if (AnyHolds(owner, rule.requirement) || AnyHolds(owner, rule.exceptions)) return;
  ReportBreach(owner, rule, access.site);
}

}  // namespace

const FieldRule& RuleOf(Field field) { return kFieldRules[static_cast<size_t>(field)]; }

std::span<const FieldRule> AllFieldRules() { return kFieldRules; }

void WillRead(const FieldAccess& access) {
  SchedulingPoint({StepKind::kRead, RuleOf(access.field).name, access.where, AccessMode::kShared});
}

void WillWrite(const mm_struct& mm, const FieldAccess& access) { CheckWrite(mm, access); }

void WillWrite(const vm_area_struct& vma, const FieldAccess& access) { CheckWrite(vma, access); }

void WillWrite(const anon_vma& av, const FieldAccess& access) { CheckWrite(av, access); }

void WillWrite(const address_space& mapping, const FieldAccess& access) {
  CheckWrite(mapping, access);
}

void WillWrite(const folio& folio, const FieldAccess& access) { CheckWrite(folio, access); }

void WillWrite(const pt_slot& slot, const FieldAccess& access) { CheckWrite(slot, access); }

}  // namespace mm_model
