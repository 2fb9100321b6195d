#include "mm_model/verify/rule_coverage.h"

#include <memory>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/rules/state_rules.h"
#include "mm_model/runner.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

std::string WriteSide(const std::string& field) { return absl::StrCat("write ", field); }
std::string ReadSide(const std::string& field) { return absl::StrCat("read ", field); }

bool AsksReaders(const FieldRule& rule) {
  return !rule.read.empty() && std::string_view(rule.read.text) != "any";
}

// The rule that the finding tells of; empty: none of these.
std::string RuleOfFinding(const Finding& finding) {
  switch (finding.kind) {
    case lockdep::ViolationKind::kUnprotectedAccess:
      return absl::StartsWith(finding.rule, "a write") ? WriteSide(finding.subject)
                                                       : ReadSide(finding.subject);
    case lockdep::ViolationKind::kPageTableRule:
    case lockdep::ViolationKind::kInvalidLockState:
      return finding.rule.substr(0, finding.rule.find(':'));
    default:
      return "";
  }
}

}  // namespace

RuleCoverage::RuleCoverage() {
  for (const FieldRule& rule : AllFieldRules()) {
    if (!rule.write.empty()) Add(WriteSide(rule.name));
    if (AsksReaders(rule)) Add(ReadSide(rule.name));
  }
  for (const PtRule& rule : AllPtRules()) Add(rule.id);
  for (const StateRule& rule : AllStateRules()) Add(rule.id);
}

void RuleCoverage::Add(const std::string& name) {
  index_.emplace(name, rules_.size());
  rules_.push_back({.name = name});
}

void RuleCoverage::NoteAsked(const std::string& name, uint64_t times, const std::string& scenario) {
  const auto known = index_.find(name);
  if (times == 0 || known == index_.end()) return;
  CoveredRule& rule = rules_[known->second];
  if (rule.asked == 0) rule.obeyed_in = scenario;
  rule.asked += times;
}

void RuleCoverage::NoteScenario(const std::string& scenario, const Machine::RuleUse& use) {
  for (size_t i = 0; i < AllFieldRules().size(); ++i) {
    NoteAsked(WriteSide(AllFieldRules()[i].name), use.writes[i], scenario);
    NoteAsked(ReadSide(AllFieldRules()[i].name), use.reads[i], scenario);
  }
  for (size_t i = 0; i < AllPtRules().size(); ++i) {
    NoteAsked(AllPtRules()[i].id, use.checks[i], scenario);
  }
  for (size_t i = 0; i < AllStateRules().size(); ++i) {
    NoteAsked(AllStateRules()[i].id, use.states[i], scenario);
  }
}

void RuleCoverage::NoteMutant(const std::string& mutant, const Finding& finding) {
  const auto known = index_.find(RuleOfFinding(finding));
  if (known == index_.end()) return;
  CoveredRule& rule = rules_[known->second];
  if (rule.mutants++ == 0) rule.broken_by = mutant;
}

const CoveredRule* RuleCoverage::Find(const std::string& name) const {
  const auto known = index_.find(name);
  return known == index_.end() ? nullptr : &rules_[known->second];
}

RuleCoverage CoverageIn(const std::vector<const Scenario*>& scenarios) {
  constexpr uint64_t kSeeds = 8;
  RuleCoverage coverage;
  for (const Scenario* scenario : scenarios) {
    const auto validator = std::make_unique<lockdep::Validator>(lockdep::Validator::Config{});
    Runner runner(*validator);
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomOrder random(seed);
      runner.Run(ProgramOf(*scenario), random, {});
    }
    coverage.NoteScenario(scenario->name, runner.rule_use());
  }
  return coverage;
}

std::string WhatIsAmiss(const CoveredRule& rule) {
  const auto say = [&](const char* what) { return absl::StrCat("rule ", rule.name, ": ", what); };
  if (rule.asked == 0) return say("no scenario is asked it");
  if (rule.mutants == 0) return say("no mutant breaks it");
  return "";
}

}  // namespace mm_model
