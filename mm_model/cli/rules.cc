// `lockdep mm rules`: every rule with its source, and every declared order with
// what the model does about it.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/usage.h"
#include "mm_model/cli/outputs.h"
#include "mm_model/cli/scenario_choice.h"
#include "mm_model/cli/subcommand.h"
#include "mm_model/recorded_session.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/order_coverage.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/rules/state_rules.h"
#include "mm_model/verify/rule_coverage.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;
using Json = nlohmann::ordered_json;

constexpr char kFooter[] =
    R"(What stands behind a rule is in brackets. "process_addrs.rst" is a document of the kernel,
Documentation/mm/process_addrs.rst; file names are those of linux 7.0, if no other is named.

Below each rule stands how often the clean scenarios are asked it, and the first of them;
`lockdep mm verify --verbose` also names the mutants that break it.

For each declared order: whether it is enforced, and a scenario in which the model takes the
locks so. What it takes that nobody declared is an undeclared-dependency; where that is known
from the kernel's code, the place is given.

Exit codes:
  0  listed
  2  wrong usage

Examples:
  lockdep mm rules
  lockdep mm rules --json > rules.json)";

std::string Requirement(const char* verb, const RequirementText& needed, const char* source,
                        const RequirementText& instead, const char* instead_source) {
  if (needed.empty()) return "";
  std::string text = absl::StrCat("    to ", verb, ": ", needed.text, "  [", source, "]\n");
  if (!instead.empty()) {
    absl::StrAppend(&text, "      or: ", instead.text, "  [", instead_source, "]\n");
  }
  return text;
}

// Where the rule is asked, and obeyed; empty if it asks for nothing.
std::string AskedText(const RuleCoverage& coverage, const std::string& name) {
  const CoveredRule* const rule = coverage.Find(name);
  if (rule == nullptr) return "";
  return absl::StrCat("      asked ", rule->asked, " times, first in ", rule->obeyed_in, "\n");
}

std::string FieldRulesText(const RuleCoverage& coverage) {
  std::string text = absl::StrCat("Fields (", AllFieldRules().size(), "): unprotected-access\n");
  for (const FieldRule& rule : AllFieldRules()) {
    absl::StrAppend(&text, "  ", rule.name, "\n",
                    Requirement("write", rule.write, rule.source, rule.exempt, rule.exempt_source),
                    AskedText(coverage, absl::StrCat("write ", rule.name)),
                    Requirement("read", rule.read, rule.read_source, rule.once, rule.once_source),
                    AskedText(coverage, absl::StrCat("read ", rule.name)));
  }
  return text;
}

std::string OtherRulesText(const RuleCoverage& coverage) {
  std::string text = absl::StrCat("\nPage tables (", AllPtRules().size(), "): page-table-rule\n");
  for (const PtRule& rule : AllPtRules()) {
    absl::StrAppend(&text, "  ", rule.id, "\n    to ", rule.subject, ": ", rule.requirement.text,
                    "  [", rule.source, "]\n", AskedText(coverage, rule.id));
  }
  absl::StrAppend(&text, "\nLock states (", AllStateRules().size(), "): invalid-lock-state\n");
  for (const StateRule& rule : AllStateRules()) {
    absl::StrAppend(&text, "  ", rule.text, "\n", AskedText(coverage, rule.id));
  }
  return text;
}

std::string OrdersText(const OrderCoverage& coverage) {
  std::string text =
      absl::StrCat("\nDeclared orders (", coverage.arcs.size(), "): declared-order-violation\n");
  for (const ArcCoverage& arc : coverage.arcs) {
    const std::string why = arc.why.empty() ? "" : absl::StrCat("  # ", arc.why);
    absl::StrAppendFormat(&text, "  %-9s %s -> %s  [%s]%s\n            %s\n", ToString(arc.status),
                          arc.from, arc.to, arc.where, why,
                          arc.exercised.empty() ? "the model does not take them so"
                                                : absl::StrCat("taken in ", arc.exercised));
  }
  absl::StrAppend(&text, "\nTaken, but not declared (", coverage.undeclared.size(),
                  "): undeclared-dependency\n");
  for (const UndeclaredPair& each : coverage.undeclared) {
    const std::string why = each.why.empty() ? "" : absl::StrCat("  # ", each.why);
    absl::StrAppend(&text, "  ", each.pair.first, " -> ", each.pair.second, why,
                    "\n            taken in ", each.scenario, "\n");
  }
  return text;
}

Json ToJson(const RequirementText& text, const char* source) {
  if (text.empty()) return nullptr;
  return {{"requirement", text.text}, {"source", source}};
}

Json RulesAsJson() {
  Json fields = Json::array();
  for (const FieldRule& rule : AllFieldRules()) {
    fields.push_back({{"field", rule.name},
                      {"write", ToJson(rule.write, rule.source)},
                      {"write_exempt", ToJson(rule.exempt, rule.exempt_source)},
                      {"read", ToJson(rule.read, rule.read_source)},
                      {"read_once", ToJson(rule.once, rule.once_source)}});
  }
  Json tables = Json::array();
  for (const PtRule& rule : AllPtRules()) {
    tables.push_back({{"id", rule.id},
                      {"what", rule.subject},
                      {"requirement", rule.requirement.text},
                      {"source", rule.source}});
  }
  Json states = Json::array();
  for (const StateRule& rule : AllStateRules()) {
    states.push_back({{"id", rule.id}, {"rule", rule.text}});
  }
  return {{"fields", std::move(fields)},
          {"page_tables", std::move(tables)},
          {"lock_states", std::move(states)}};
}

Json ToJson(const OrderCoverage& coverage) {
  Json arcs = Json::array();
  for (const ArcCoverage& arc : coverage.arcs) {
    arcs.push_back({{"from", arc.from},
                    {"to", arc.to},
                    {"source", arc.where},
                    {"status", ToString(arc.status)},
                    {"why", arc.why},
                    {"exercised_in", arc.exercised.empty() ? Json(nullptr) : Json(arc.exercised)}});
  }
  Json undeclared = Json::array();
  for (const UndeclaredPair& each : coverage.undeclared) {
    undeclared.push_back({{"kind", "undeclared-dependency"},
                          {"from", each.pair.first},
                          {"to", each.pair.second},
                          {"taken_in", each.scenario},
                          {"code", each.why.empty() ? Json(nullptr) : Json(each.why)}});
  }
  return {{"declared", std::move(arcs)}, {"undeclared", std::move(undeclared)}};
}

class Rules final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override {
    app_ = mm.add_subcommand("rules", "List the rules, with where they come from");
    cli::SetUsage(*app_, "lockdep mm rules [--json]");
    app_->footer(kFooter);
    app_->add_flag("--json", json_, "As JSON");
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const auto orders = LoadDeclaredOrder();
    if (!orders.ok()) return cli::UsageError(std::string(orders.status().message()));
    const OrderCoverage coverage = CoverageOf(*orders, ObservePairs(CleanScenarios()));
    if (json_) {
      Json json = {{"schema", "lockdep-mm-rules"}, {"version", 1}};
      json.update(RulesAsJson());
      json["orders"] = ToJson(coverage);
      Print(json.dump(2) + "\n");
    } else {
      const RuleCoverage asked = CoverageIn(CleanScenarios());
      Print(FieldRulesText(asked) + OtherRulesText(asked) + OrdersText(coverage));
    }
    return cli::kExitOk;
  }

 private:
  CLI::App* app_ = nullptr;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> MakeRules() { return std::make_unique<Rules>(); }

}  // namespace mm_model
