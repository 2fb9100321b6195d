#include "mm_model/rules/field_rules.h"

#include "absl/strings/str_cat.h"
#include "mm_model/interned.h"
#include "mm_model/mm_types.h"

namespace mm_model {
namespace {

constexpr FieldRule kFieldRules[] = {
#define MM_FIELD(identifier, ...) {__VA_ARGS__},
#include "mm_model/rules/field_rules.def"
#undef MM_FIELD
};

// A side of a rule: what it asks for, and what else will do.
struct Side {
  const char* verb;
  const RequirementText& needed;
  const char* source;
  const RequirementText& instead;
  const char* instead_source;
};

Side WriteSide(const FieldRule& rule) {
  return {"write", rule.write, rule.source, rule.exempt, rule.exempt_source};
}

Side ReadSide(const FieldRule& rule) {
  return {"read", rule.read, rule.read_source, rule.once, rule.once_source};
}

// The rule in words, and what was missing.
const char* RuleText(const Side& side, const std::string& missing) {
  std::string text = absl::StrCat("a ", side.verb, " needs ", side.needed.text, " (", side.source,
                                  "); missing: ", missing);
  if (!side.instead.empty()) {
    absl::StrAppend(&text, "; exempt: ", side.instead.text, " (", side.instead_source, ")");
  }
  return Interned(text);
}

// Says what the task lacks for the first alternative, the one that is meant.
template <typename Owner>
void ReportBreach(const Owner& owner, const Side& side, const FieldAccess& access) {
  const Lack lack = LackOf(owner, side.needed.parsed, access.kind);
  machine().validator().ReportRule(current().context(), lockdep::ViolationKind::kUnprotectedAccess,
                                   lack.lock, RuleOf(access.field).name, RuleText(side, lack.text),
                                   access.site);
}

template <typename Owner>
void CheckAlive(const Owner& /*owner*/, Field /*field*/) {}

// Its memory stays that of a VMA, so who looks under RCU may ask whose it is and
// whether it is locked, and read what he asks again.
void CheckAlive(const vm_area_struct& vma, Field field) {
  AlsoTouches(&vma.state, AccessMode::kShared);
  const bool may_be_freed =
      field == Field::kVmMm || field == Field::kVmLockSeq || current().speculates;
  if (vma.state == VmaState::kFreed && !may_be_freed) {
    Corruption("a VMA was used after it was freed");
  }
}

}  // namespace

const FieldRule& RuleOf(Field field) { return kFieldRules[static_cast<size_t>(field)]; }

std::span<const FieldRule> AllFieldRules() { return kFieldRules; }

template <typename Owner>
void AskRead(const Owner& owner, const FieldAccess& access) {
  const FieldRule& rule = RuleOf(access.field);
  CheckAlive(owner, access.field);
  if (machine().validator().stopped()) return;  // It no longer knows what is held.
  machine().CountRead(access.field);
  if (Holds(owner, rule.read.parsed, access.kind)) return;
  const bool once = access.kind == AccessKind::kOnce;
  if (once && Holds(owner, rule.once.parsed, access.kind)) return;
  ReportBreach(owner, ReadSide(rule), access);
}

template <typename Owner>
void AskWrite(const Owner& owner, const FieldAccess& access) {
  const FieldRule& rule = RuleOf(access.field);
  CheckAlive(owner, access.field);
  if (machine().validator().stopped()) return;
  machine().CountWrite(access.field);
  if (Holds(owner, rule.write.parsed, access.kind)) return;
  if (Holds(owner, rule.exempt.parsed, access.kind)) return;
  ReportBreach(owner, WriteSide(rule), access);
}

template <typename Owner>
void WillRead(const Owner& owner, const FieldAccess& access) {
  SchedulingPoint({StepKind::kRead, RuleOf(access.field).name, access.where, AccessMode::kShared});
  AskRead(owner, access);
}

template <typename Owner>
void WillWrite(const Owner& owner, const FieldAccess& access) {
  SchedulingPoint({access.kind == AccessKind::kAtomic ? StepKind::kAtomic : StepKind::kWrite,
                   RuleOf(access.field).name, access.where});
  AskWrite(owner, access);
}

#define MM_X(Owner)                                         \
  template void AskRead(const Owner&, const FieldAccess&);  \
  template void AskWrite(const Owner&, const FieldAccess&); \
  template void WillRead(const Owner&, const FieldAccess&); \
  template void WillWrite(const Owner&, const FieldAccess&);
MM_X(vm_area_struct)
MM_X(mm_struct)
MM_X(anon_vma)
MM_X(address_space)
MM_X(inode)
MM_X(super_block)
MM_X(folio)
MM_X(swap_info_struct)
MM_X(userfaultfd_ctx)
MM_X(Globals)
MM_X(pt_slot)
#undef MM_X

}  // namespace mm_model
