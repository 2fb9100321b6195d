#include "mm_model/rules/page_table_rules.h"

#include "absl/strings/str_cat.h"
#include "mm_model/interned.h"
#include "mm_model/mm_types.h"
#include "mm_model/rules/rule_terms.h"

namespace mm_model {
namespace {

constexpr PtRule kRules[] = {
#define MM_PT_RULE(identifier, id, subject, requirement, source) {id, subject, requirement, source},
#include "mm_model/rules/page_table_rules.def"
#undef MM_PT_RULE
};

template <typename Owner>
void Check(PtRuleId id, const Owner& owner, const lockdep::CallSite& site,
           AccessKind kind = AccessKind::kPlain) {
  if (machine().validator().stopped()) return;  // It no longer knows what is held.
  machine().CountCheck(id);
  const PtRule& rule = RuleOf(id);
  if (Holds(owner, rule.requirement.parsed, kind)) return;
  const Lack lack = LackOf(owner, rule.requirement.parsed, kind);
  const char* const text =
      Interned(absl::StrCat(rule.id, ": to ", rule.subject, " a task needs ", rule.requirement.text,
                            " (", rule.source, "); missing: ", lack.text));
  machine().validator().ReportRule(current().context(), lockdep::ViolationKind::kPageTableRule,
                                   lack.lock, rule.subject, text, site);
}

bool IsLeaf(const pt_entry& entry) { return !entry.none() && entry.table == nullptr; }

// Present, migration and swap entries stand for the same contents: reclaim and
// migration turn one into the other.
bool KeepsIdentity(const pt_entry& was, const pt_entry& next) {
  return was.kind == pt_entry::Kind::kMigration || (was.page != nullptr && was.page == next.page);
}

// The processor sets these bits, aging and writeback clear them.
bool DiffersInUseOnly(const pt_entry& was, const pt_entry& next) {
  pt_entry as_before = next;
  as_before.young = was.young;
  as_before.dirty = was.dirty;
  return was.present() && as_before == was;
}

bool ProcessorsUse(const pt_entry& entry) { return entry.present() && !entry.protnone; }

// Nothing is lost that a processor may set meanwhile, nor kept that it may no longer do
// (ptep_set_access_flags).
bool OnlyAllowsMore(const pt_entry& was, const pt_entry& next) {
  return ProcessorsUse(next) && next.page == was.page && next.young &&
         (!was.write || (next.write && next.dirty));
}

}  // namespace

const PtRule& RuleOf(PtRuleId rule) { return kRules[static_cast<size_t>(rule)]; }

std::span<const PtRule> AllPtRules() { return kRules; }

void CheckPt(PtRuleId rule, const pt_slot& slot, const lockdep::CallSite& site) {
  Check(rule, slot, site);
}

void CheckPt(PtRuleId rule, const folio& page, const lockdep::CallSite& site) {
  Check(rule, page, site);
}

void CheckPt(PtRuleId rule, const mm_struct& mm, const lockdep::CallSite& site) {
  Check(rule, mm, site);
}

void CheckPtChange(const pt_slot& slot, const pt_entry& next, AccessKind kind,
                   const lockdep::CallSite& site) {
  const pt_entry& was = slot.entry;
  if (ProcessorsUse(was) && !OnlyAllowsMore(was, next)) {
    Check(PtRuleId::kAtomic, slot, site, kind);
  }
  if (slot.in->level == Level::kPte) Check(PtRuleId::kRevalidate, slot, site);
  if (next.none()) {
    if (IsLeaf(was)) Check(PtRuleId::kZap, slot, site);
  } else if (DiffersInUseOnly(was, next)) {
    Check(PtRuleId::kAge, slot, site);
  } else if ((IsLeaf(was) && KeepsIdentity(was, next)) || next.kind == pt_entry::Kind::kSwap) {
    Check(PtRuleId::kModify, slot, site);
  } else {
    Check(PtRuleId::kInstall, slot, site);
  }
}

void CheckPtMove(PtRuleId rule, const PtMove& move, const lockdep::CallSite& site) {
  Check(rule, move, site);
}

}  // namespace mm_model
