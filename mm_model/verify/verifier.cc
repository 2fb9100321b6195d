#include "mm_model/verify/verifier.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/rules/state_rules.h"
#include "mm_model/strategies.h"
#include "mm_model/verify/museum_check.h"
#include "mm_model/verify/mutants.h"
#include "mm_model/verify/pairs.h"

namespace mm_model {
namespace {

constexpr uint64_t kSeeds = 8;  // Random executions of each scenario.

std::vector<const Scenario*> Scenarios(bool broken) {
  std::vector<const Scenario*> scenarios;
  for (const Scenario& scenario : AllScenarios()) {
    if ((scenario.group == kBrokenGroup) == broken) scenarios.push_back(&scenario);
  }
  return scenarios;
}

std::string Describe(const Finding& finding) {
  return absl::StrCat(ToString(finding.kind), finding.subject.empty() ? "" : " of ",
                      finding.subject);
}

// What some executions of it show: "" if nothing.
std::string WhatShows(const Scenario& scenario, lockdep::DeclaredOrder order) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  const Program program = ProgramOf(scenario);
  for (uint64_t seed = 0; seed <= kSeeds; ++seed) {
    RoundRobin turns;
    RandomOrder random(seed);
    runner.Run(program, seed == 0 ? static_cast<Strategy&>(turns) : random, {});
    if (!log.findings().empty()) return Describe(log.findings().front());
  }
  return "";
}

}  // namespace

std::string ToText(const Totals& totals) {
  return absl::StrCat(totals.rules, " rules, ", totals.scenarios, " scenarios, ", totals.mutants,
                      " mutants, ", totals.mutants_caught, " caught, ", totals.museum_pieces,
                      " museum pieces, ", totals.pairs, " operation pairs, ", totals.executions,
                      " executions");
}

bool Verifier::Tell(const char* part, uint64_t done, uint64_t of) {
  if (!on_progress || on_progress(part, done, of)) return true;
  result_.stopped = true;
  return false;
}

void Verifier::CheckScenarios() {
  const auto check = [&](const Scenario& scenario, bool broken) {
    const std::string shown = WhatShows(scenario, order_);
    result_.totals.executions += kSeeds + 1;
    if (shown.empty() != broken) return;
    result_.surprises.push_back(
        broken ? absl::StrCat("scenario ", scenario.name, ": breaks a rule, but nothing was found")
               : absl::StrCat("scenario ", scenario.name, ": ", shown));
  };
  for (const Scenario* scenario : Scenarios(false)) check(*scenario, false);
  for (const Scenario* scenario : Scenarios(true)) check(*scenario, true);
  result_.totals.scenarios = AllScenarios().size();
}

void Verifier::CheckMutants() {
  const auto scenarios = Scenarios(false);
  for (size_t i = 0; i < scenarios.size(); ++i) {
    if (!Tell("scenarios with their mutants", i + 1, scenarios.size())) return;
    const Program program = ProgramOf(*scenarios[i]);
    for (const MutationSpec& mutant : MutantsOf(program)) {
      const MutantVerdict verdict = Judge(program, mutant, order_);
      ++result_.totals.mutants;
      result_.totals.executions += verdict.executions;
      const std::string name = absl::StrCat(scenarios[i]->name, ": ", ToString(mutant));
      if (verdict.fate == MutantFate::kCaught) {
        ++result_.totals.mutants_caught;
        continue;
      }
      const char* const why = WhyHarmless(scenarios[i]->name, mutant);
      const std::string what = verdict.fate == MutantFate::kElsewhere
                                   ? absl::StrCat(" found as ", Describe(verdict.finding))
                                   : " not noticed";
      result_.totals.mutants_harmless += why != nullptr ? 1 : 0;
      result_.unnoticed.push_back(
          absl::StrCat(name, what, why != nullptr ? "; " : "", why != nullptr ? why : ""));
    }
  }
}

void Verifier::CheckMuseum() {
  const auto& pieces = AllMuseumPieces();
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!Tell("museum pieces", i + 1, pieces.size())) return;
    const MuseumVerdict verdict = CheckPiece(pieces[i], order_, options_.museum_executions);
    ++result_.totals.museum_pieces;
    result_.totals.executions += verdict.executions;
    if (!verdict.broken_is_flagged) {
      result_.surprises.push_back(absl::StrCat(
          "museum piece ", pieces[i].name, ": expected ", ToString(pieces[i].expected), ", found ",
          verdict.finding.rule.empty() && verdict.finding.subject.empty()
              ? "nothing"
              : Describe(verdict.finding)));
    }
    if (!verdict.fixed_is_clean) {
      result_.surprises.push_back(absl::StrCat("museum piece ", pieces[i].name,
                                               ", mended: ", Describe(verdict.fixed_finding)));
    }
  }
}

void Verifier::CheckPairs() {
  const std::vector<OperationPair> pairs = PairsOf(Scenarios(false));
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!Tell("pairs of operations", i + 1, pairs.size())) return;
    const Exploration exploration = ExplorePair(pairs[i], order_, options_.pair_executions);
    ++result_.totals.pairs;
    if (exploration.ending == Ending::kExhausted) ++result_.totals.pairs_exhausted;
    result_.totals.executions += exploration.coverage.executions + exploration.coverage.cut;
    for (const Discovery& discovery : exploration.discoveries) {
      result_.surprises.push_back(absl::StrCat("operations ", pairs[i].first->name, " and ",
                                               pairs[i].second->name, ": ",
                                               Describe(discovery.finding)));
    }
  }
}

VerifyResult Verifier::Run(const VerifyOptions& options) {
  options_ = options;
  result_ = {};
  result_.totals.rules = AllFieldRules().size() + AllPtRules().size() + AllStateRules().size();
  using Part = void (Verifier::*)();
  for (const Part part : {&Verifier::CheckScenarios, &Verifier::CheckMuseum,
                          &Verifier::CheckMutants, &Verifier::CheckPairs}) {
    if (!result_.stopped) (this->*part)();
  }
  return result_;
}

}  // namespace mm_model
