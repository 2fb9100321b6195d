#include "mm_model/verify/verifier.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/rules/state_rules.h"
#include "mm_model/strategies.h"
#include "mm_model/verify/judge.h"
#include "mm_model/verify/museum_check.h"
#include "mm_model/verify/mutants.h"

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

// What some executions of it show: "" if nothing.  Notes what was asked then, or what
// the scenario, a mutant made by hand, breaks.
std::string WhatShows(const Scenario& scenario, lockdep::DeclaredOrder order,
                      RuleCoverage* coverage) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  const Program program = ProgramOf(scenario);
  for (uint64_t seed = 0; seed <= kSeeds; ++seed) {
    RoundRobin turns;
    RandomOrder random(seed);
    runner.Run(program, seed == 0 ? static_cast<Strategy&>(turns) : random, {});
    if (log.findings().empty()) continue;
    for (const Finding& finding : log.findings()) {
      coverage->NoteMutant(absl::StrCat("scenario ", scenario.name), finding);
    }
    return Describe(log.findings().front());
  }
  coverage->NoteScenario(scenario.name, runner.rule_use());
  return "";
}

}  // namespace

std::string ToText(const Totals& totals) {
  return absl::StrCat(totals.rules, " rules, ", totals.scenarios, " scenarios, ", totals.mutants,
                      " mutants, ", totals.mutants_caught, " caught, ", totals.mutants_explained,
                      " explained, ", totals.mutants_unexplained(), " unexplained, ",
                      totals.museum_pieces, " museum pieces, ", totals.consequences,
                      " consequences, ", totals.pairs, " operation pairs, ", totals.executions,
                      " executions");
}

bool Verifier::Tell(const char* part, uint64_t done, uint64_t of) {
  if (!on_progress || on_progress(part, done, of)) return true;
  result_.stopped = true;
  return false;
}

void Verifier::CheckScenarios() {
  const auto check = [&](const Scenario& scenario, bool broken) {
    const std::string shown = WhatShows(scenario, order_, &coverage_);
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

void Verifier::CheckMutant(const Scenario& scenario, const MutationSpec& mutant) {
  const MutantVerdict verdict = Judge(ProgramOf(scenario), mutant, order_);
  ++result_.totals.mutants;
  result_.totals.executions += verdict.executions;
  const std::string name = absl::StrCat("mutant ", scenario.name, ": ", ToString(mutant));
  const bool caught = verdict.fate == MutantFate::kCaught;
  if (caught) ++result_.totals.mutants_caught;
  for (const Finding& breach : verdict.breaches) {
    coverage_.NoteMutant(absl::StrCat(scenario.name, ": ", ToString(mutant)), breach);
  }
  const ExplainedMutant* const explained = ExplanationOf(options_.explained, scenario.name, mutant);
  if (explained != nullptr) {
    explained_.insert(explained);
    if (caught) {
      result_.surprises.push_back(absl::StrCat(name, ": said to be redundant (", explained->why,
                                               "), but found as ", Describe(verdict.finding)));
      return;
    }
    ++result_.totals.mutants_explained;
    result_.explained.push_back(absl::StrCat(name, ": ", explained->why));
  } else if (!caught) {
    result_.surprises.push_back(absl::StrCat(
        name, verdict.fate == MutantFate::kElsewhere ? ": found only as " : ": not noticed",
        verdict.fate == MutantFate::kElsewhere ? Describe(verdict.finding) : ""));
  }
}

void Verifier::CheckMutants() {
  const auto scenarios = Scenarios(false);
  for (size_t i = 0; i < scenarios.size(); ++i) {
    if (!Tell("scenarios with their mutants", i + 1, scenarios.size())) return;
    for (const MutationSpec& mutant : MutantsOf(ProgramOf(*scenarios[i]))) {
      CheckMutant(*scenarios[i], mutant);
    }
  }
  for (const ExplainedMutant& explained : options_.explained) {
    if (explained_.count(&explained) != 0) continue;
    result_.surprises.push_back(absl::StrCat("no such mutant any more: ", explained.scenario, ": ",
                                             ToString(explained.mutant())));
  }
}

void Verifier::CheckPiece(const char* what, const MuseumPiece& piece) {
  const MuseumVerdict verdict = mm_model::CheckPiece(piece, order_, options_.museum_executions);
  result_.totals.executions += verdict.executions;
  const std::string name = absl::StrCat(what, " ", piece.name);
  if (verdict.broken_is_flagged) {
    coverage_.NoteMutant(name, verdict.finding);
  } else {
    const bool nothing = verdict.finding.rule.empty() && verdict.finding.subject.empty();
    result_.surprises.push_back(absl::StrCat(name, ": expected ", ToString(piece.expected),
                                             ", found ",
                                             nothing ? "nothing" : Describe(verdict.finding)));
  }
  if (!verdict.fixed_is_clean) {
    result_.surprises.push_back(
        absl::StrCat(name, ", put right: ", Describe(verdict.fixed_finding)));
  }
}

void Verifier::CheckMuseum() {
  const auto check_all = [&](const char* what, const std::vector<MuseumPiece>& pieces) {
    const std::string part = absl::StrCat(what, "s");
    for (size_t i = 0; i < pieces.size() && Tell(part.c_str(), i + 1, pieces.size()); ++i) {
      CheckPiece(what, pieces[i]);
    }
    return pieces.size();
  };
  result_.totals.museum_pieces = check_all("museum piece", AllMuseumPieces());
  if (!result_.stopped) result_.totals.consequences = check_all("consequence", AllConsequences());
}

// What breaks a rule is known when all mutants have run.
void Verifier::CheckRules() {
  result_.rules = coverage_.rules();
  for (const CoveredRule& rule : result_.rules) {
    if (std::string amiss = WhatIsAmiss(rule); !amiss.empty()) {
      result_.surprises.push_back(std::move(amiss));
    }
  }
}

void Verifier::CheckPair(const OperationPair& pair) {
  const PairExploration exploration = ExplorePair(pair, order_, options_.pair_executions);
  PairCoverage coverage{pair.first->name, pair.second->name};
  const auto runs = [](const Coverage& of) { return of.executions + of.cut; };
  coverage.executions = runs(exploration.in_depth.coverage);
  coverage.sampled = runs(exploration.sampled.coverage);
  coverage.exhausted = exploration.in_depth.ending == Ending::kExhausted;
  ++result_.totals.pairs;
  if (coverage.exhausted) ++result_.totals.pairs_exhausted;
  result_.totals.executions += coverage.executions + coverage.sampled;
  for (const Exploration* part : {&exploration.in_depth, &exploration.sampled}) {
    for (const Discovery& discovery : part->discoveries) {
      result_.surprises.push_back(absl::StrCat("operations ", coverage.first, " and ",
                                               coverage.second, ": ", Describe(discovery.finding)));
    }
  }
  result_.pairs.push_back(std::move(coverage));
}

void Verifier::CheckPairs() {
  const std::vector<Scenario> operations = OperationsOf(Scenarios(false));
  const std::vector<OperationPair> pairs = PairsOf(operations);
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!Tell("pairs of operations", i + 1, pairs.size())) return;
    CheckPair(pairs[i]);
  }
}

VerifyResult Verifier::Run(const VerifyOptions& options) {
  options_ = options;
  result_ = {};
  coverage_ = {};
  result_.totals.rules = AllFieldRules().size() + AllPtRules().size() + AllStateRules().size();
  using Part = void (Verifier::*)();
  for (const Part part : {&Verifier::CheckScenarios, &Verifier::CheckMuseum,
                          &Verifier::CheckMutants, &Verifier::CheckRules, &Verifier::CheckPairs}) {
    if (!result_.stopped) (this->*part)();
  }
  return result_;
}

}  // namespace mm_model
