// `lockdep mm verify`: everything that the model is checked by.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/progress.h"
#include "lockdep/cli/usage.h"
#include "mm_model/cli/interrupt.h"
#include "mm_model/cli/outputs.h"
#include "mm_model/cli/subcommand.h"
#include "mm_model/recorded_session.h"
#include "mm_model/verify/verifier.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;

constexpr char kFooter[] =
    R"(Runs every scenario; every lock of every scenario left out, weakened, taken late or waited
for; every historical bug of the museum, as it was and mended; what comes of breaking a rule,
where the documents say why it exists; and every pair of operations over one shared address
space: depth first up to the limit, and where that is not all, a quarter as many under random
priorities. The last line counts.

Exit codes:
  0  all as expected
  1  something was not, or it was interrupted
  2  wrong usage

Examples:
  lockdep mm verify
  lockdep mm verify --max-executions 0 --verbose)";

// "rule write vma->vm_end: asked 812 times, first in fork; 14 mutants, first ...".
std::string ToText(const CoveredRule& rule) {
  return absl::StrCat("rule ", rule.name, ": asked ", rule.asked, " times, first in ",
                      rule.obeyed_in, "; breaks in ", rule.mutants, " mutants, first in ",
                      rule.broken_by);
}

std::string ToText(const VerifyResult& result, bool verbose) {
  std::string text;
  for (const std::string& line : result.surprises)
    absl::StrAppend(&text, "NOT AS EXPECTED: ", line, "\n");
  if (verbose) {
    for (const std::string& line : result.explained) absl::StrAppend(&text, line, "\n");
    for (const CoveredRule& rule : result.rules) absl::StrAppend(&text, ToText(rule), "\n");
    for (const PairCoverage& pair : result.pairs) {
      absl::StrAppend(
          &text, "pair ", pair.first, " and ", pair.second, ": ", pair.executions, " executions, ",
          pair.exhausted ? "exhausted" : absl::StrCat("the limit, and ", pair.sampled, " sampled"),
          "\n");
    }
  }
  const Totals& totals = result.totals;
  absl::StrAppend(&text, totals.pairs_exhausted, " of ", totals.pairs,
                  " pairs of operations explored to the end, the others up to the limit and "
                  "sampled\n",
                  totals.mutants_explained, " mutants redundant by documentation",
                  verbose ? "" : " (--verbose gives reasons and pairs)", "\n");
  if (result.stopped) absl::StrAppend(&text, "interrupted: only what follows was run\n");
  return absl::StrCat(text, ToText(totals), "\n");
}

nlohmann::ordered_json ToJson(const CoveredRule& rule) {
  return {{"rule", rule.name},
          {"asked", rule.asked},
          {"obeyed_in", rule.obeyed_in},
          {"mutants", rule.mutants},
          {"broken_by", rule.broken_by}};
}

std::string ToJson(const VerifyResult& result) {
  const Totals& totals = result.totals;
  nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
  for (const PairCoverage& pair : result.pairs) {
    pairs.push_back({{"operations", {pair.first, pair.second}},
                     {"executions", pair.executions},
                     {"sampled", pair.sampled},
                     {"exhausted", pair.exhausted}});
  }
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const CoveredRule& rule : result.rules) rules.push_back(ToJson(rule));
  const nlohmann::ordered_json json = {{"schema", "lockdep-mm-verify"},
                                       {"version", 1},
                                       {"rules", totals.rules},
                                       {"scenarios", totals.scenarios},
                                       {"mutants", totals.mutants},
                                       {"mutants_caught", totals.mutants_caught},
                                       {"mutants_explained", totals.mutants_explained},
                                       {"mutants_unexplained", totals.mutants_unexplained()},
                                       {"museum_pieces", totals.museum_pieces},
                                       {"consequences", totals.consequences},
                                       {"operation_pairs", totals.pairs},
                                       {"operation_pairs_exhausted", totals.pairs_exhausted},
                                       {"executions", totals.executions},
                                       {"complete", !result.stopped},
                                       {"not_as_expected", result.surprises},
                                       {"redundant_by_documentation", result.explained},
                                       {"rules_from_both_sides", std::move(rules)},
                                       {"pairs", std::move(pairs)}};
  return json.dump(2) + "\n";
}

class Verify final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override {
    app_ = mm.add_subcommand("verify", "Check rules, scenarios, mutants, museum and pairs");
    cli::SetUsage(*app_, "lockdep mm verify [OPTIONS]");
    app_->footer(kFooter);
    app_->add_option("--max-executions", options_.pair_executions,
                     "Of each pair of operations, depth first; 0: no limit")
        ->type_name("N")
        ->check(CheckCount)
        ->capture_default_str();
    app_->add_flag("--verbose", verbose_, "Also tell why locks are redundant, and each pair");
    app_->add_flag("--json", json_, "As JSON");
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const auto orders = LoadDeclaredOrder();
    if (!orders.ok()) return cli::UsageError(std::string(orders.status().message()));
    NoteInterrupts();
    Verifier verifier(orders->declared_order());
    cli::Progress progress;
    verifier.on_progress = [&progress](const std::string& part, uint64_t done, uint64_t of) {
      progress.Count(done, of, part);
      return !WasInterrupted();
    };
    const VerifyResult result = verifier.Run(options_);
    progress.Clear();
    Print(json_ ? ToJson(result) : ToText(result, verbose_));
    return result.surprises.empty() && !result.stopped ? cli::kExitOk : cli::kExitFindings;
  }

 private:
  CLI::App* app_ = nullptr;
  VerifyOptions options_;
  bool verbose_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> MakeVerify() { return std::make_unique<Verify>(); }

}  // namespace mm_model
