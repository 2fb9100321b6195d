#include "mm_model/verify/rule_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/state_rules.h"

namespace mm_model {
namespace {

using lockdep::ViolationKind;
using testing::HasSubstr;

const CoveredRule& Find(const RuleCoverage& coverage, const std::string& name) {
  const auto& rules = coverage.rules();
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const CoveredRule& rule) { return rule.name == name; });
  EXPECT_NE(found, rules.end()) << name;
  return *found;
}

TEST(RuleCoverageTest, ARuleIsProvenByAScenarioAndAMutant) {
  RuleCoverage coverage;
  EXPECT_THAT(WhatIsAmiss(Find(coverage, "write vma->vm_end")), HasSubstr("no scenario"));

  Machine::RuleUse use;
  use.writes[static_cast<size_t>(Field::kVmEnd)] = 3;
  coverage.NoteScenario("munmap-split", use);
  coverage.NoteScenario("brk", use);
  EXPECT_THAT(WhatIsAmiss(Find(coverage, "write vma->vm_end")), HasSubstr("no mutant"));
  EXPECT_THAT(WhatIsAmiss(Find(coverage, "read vma->vm_end")), HasSubstr("no scenario"));

  coverage.NoteMutant("brk: drop it", {.kind = ViolationKind::kUnprotectedAccess,
                                       .subject = "vma->vm_end",
                                       .rule = "a write needs mmap:write"});
  const CoveredRule& rule = Find(coverage, "write vma->vm_end");
  EXPECT_EQ(WhatIsAmiss(rule), "");
  EXPECT_EQ(rule.asked, 6u);
  EXPECT_EQ(rule.obeyed_in, "munmap-split");
  EXPECT_EQ(rule.mutants, 1u);
  EXPECT_EQ(rule.broken_by, "brk: drop it");
  EXPECT_EQ(Find(coverage, "read vma->vm_end").mutants, 0u);
}

TEST(RuleCoverageTest, RulesOfTablesAndStatesAreKnownByTheirIds) {
  RuleCoverage coverage;
  Machine::RuleUse use;
  use.states[static_cast<size_t>(StateRuleId::kVmaWriteNeedsMmapWrite)] = 1;
  coverage.NoteScenario("fork", use);
  coverage.NoteMutant("m", {.kind = ViolationKind::kPageTableRule, .rule = "PT-INST: to install"});
  EXPECT_EQ(Find(coverage, "ST-VW").obeyed_in, "fork");
  EXPECT_EQ(Find(coverage, "PT-INST").broken_by, "m");
}

TEST(RuleCoverageTest, WhatIsNoRuleOfTheseProvesNothing) {
  RuleCoverage coverage;
  coverage.NoteMutant("m", {.kind = ViolationKind::kDeadlock, .rule = "PT-INST: no"});
  EXPECT_EQ(Find(coverage, "PT-INST").mutants, 0u);
}

}  // namespace
}  // namespace mm_model
