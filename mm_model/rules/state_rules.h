// Rules of lock states, as data: which combinations of the mmap lock and the
// VMA lock a task must not get into.  A breach is an invalid-lock-state.

#ifndef MM_MODEL_RULES_STATE_RULES_H_
#define MM_MODEL_RULES_STATE_RULES_H_

#include <cstdint>
#include <span>

#include "mm_model/locks.h"

namespace mm_model {

enum class StateRuleId : uint8_t {
#define MM_STATE_RULE(identifier, id, subject, rule, source) identifier,
#include "mm_model/rules/state_rules.def"
#undef MM_STATE_RULE
};

struct StateRule {
  const char* id;       // "ST-VW"
  const char* subject;  // The function or lock that was used.
  const char* text;     // "ST-VW: what must hold (who says so)".
};

const StateRule& RuleOf(StateRuleId rule);
std::span<const StateRule> AllStateRules();

// The running task is about to take `lock` at `site`: reports it unless the rule
// is obeyed.
void CheckState(StateRuleId rule, bool obeyed, const DepMap& lock, const lockdep::CallSite& site);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_STATE_RULES_H_
