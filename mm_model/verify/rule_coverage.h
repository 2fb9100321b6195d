// Both sides of every rule: a scenario that is asked and obeys it, and a mutant
// that breaks it and is found by it.
//
// A field has a rule for writing and one for reading; one that grants every read
// asks for nothing and is not counted.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_RULE_COVERAGE_H_
#define MM_MODEL_VERIFY_RULE_COVERAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mm_model/explore/finding_log.h"
#include "mm_model/machine.h"
#include "mm_model/scenario.h"

namespace mm_model {

struct CoveredRule {
  std::string name;       // "write vma->vm_end", "PT-INST", "ST-VW".
  uint64_t asked = 0;     // How often, where nothing was found.
  std::string obeyed_in;  // The first such scenario.
  uint64_t mutants = 0;   // Found by it.
  std::string broken_by;  // The first of them.
};

class RuleCoverage {
 public:
  RuleCoverage();

  // Executions of the scenario, in which nothing was found, have asked so much.
  void NoteScenario(const std::string& scenario, const Machine::RuleUse& use);
  // The mutant was caught by this.
  void NoteMutant(const std::string& mutant, const Finding& finding);

  const std::vector<CoveredRule>& rules() const { return rules_; }
  // Null if there is no such rule.
  const CoveredRule* Find(const std::string& name) const;

 private:
  void Add(const std::string& name);
  void NoteAsked(const std::string& name, uint64_t times, const std::string& scenario);

  std::vector<CoveredRule> rules_;
  std::map<std::string, size_t> index_;  // Of each name.
};

// Runs each scenario a few times, in different orders of steps.
RuleCoverage CoverageIn(const std::vector<const Scenario*>& scenarios);

// What is amiss, a line; empty: the rule is proven from both sides.
std::string WhatIsAmiss(const CoveredRule& rule);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_RULE_COVERAGE_H_
