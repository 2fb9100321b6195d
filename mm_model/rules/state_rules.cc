#include "mm_model/rules/state_rules.h"

#include "mm_model/machine.h"

namespace mm_model {
namespace {

constexpr StateRule kStateRules[] = {
#define MM_STATE_RULE(identifier, id, subject, rule, source) \
  {id, subject, id ": " rule " (" source ")"},
#include "mm_model/rules/state_rules.def"
#undef MM_STATE_RULE
};

}  // namespace

const StateRule& RuleOf(StateRuleId rule) { return kStateRules[static_cast<size_t>(rule)]; }

std::span<const StateRule> AllStateRules() { return kStateRules; }

void CheckState(StateRuleId rule, bool obeyed, const DepMap& lock, const lockdep::CallSite& site) {
  machine().CountState(rule);
  if (obeyed) return;
  machine().validator().ReportRule(current().context(), lockdep::ViolationKind::kInvalidLockState,
                                   &lock, RuleOf(rule).subject, RuleOf(rule).text, site);
}

}  // namespace mm_model
