#include "lockdep/cli/finding_options.h"

#include <CLI/CLI.hpp>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/progress.h"
#include "lockdep/cli/today.h"
#include "lockdep/cli/usage.h"
#include "lockdep/order/load.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/report/merge.h"

namespace lockdep::cli {
namespace {

constexpr size_t kMostStaleArcs = 5;

void SayRead(const report::Loaded& loaded) {
  const report::Report& report = loaded.report;
  SayStep(absl::StrCat("read and symbolised ", report.runs.size(), " runs: ", report.classes.size(),
                       " classes, ", report.dependencies.size(), " dependencies, ",
                       report.findings.size(), " findings"));
}

}  // namespace

void FindingOptions::Configure(CLI::App& app) {
  TakesFile(app.add_option("--suppressions", suppression_paths_, "Findings that are not to count"))
      ->allow_extra_args(false);
  app.add_option("--order", order_inputs_, "A declared order that the run is held against")
      ->type_name("ORDER")
      ->allow_extra_args(false);
  app.add_flag("--enforce", enforce_, "Fail on orders that no --order declares, too");
}

void FindingOptions::AddSuppressions(const std::string& path) {
  if (!path.empty()) suppression_paths_.push_back(path);
}

void FindingOptions::AddOrder(const std::string& input) {
  if (!input.empty()) order_inputs_.push_back(input);
}

absl::Status FindingOptions::Read() {
  for (const std::string& path : suppression_paths_) {
    const absl::StatusOr<std::string> text = record::ReadFileBytes(path);
    if (!text.ok()) return text.status();
    absl::StatusOr<std::vector<report::Suppression>> parsed =
        report::ParseSuppressions(*text, path);
    if (!parsed.ok()) return parsed.status();
    suppressions_.insert(suppressions_.end(), std::make_move_iterator(parsed->begin()),
                         std::make_move_iterator(parsed->end()));
  }
  if (order_inputs_.empty() && enforce_) {
    return absl::InvalidArgumentError("--enforce needs a declared order; name it with --order");
  }
  if (order_inputs_.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<order::OrderFile>> files = order::LoadOrders(order_inputs_);
  if (!files.ok()) return files.status();
  absl::StatusOr<order::OrderSet> set = order::OrderSet::Make(*std::move(files));
  if (!set.ok()) return set.status();
  order_ = *std::move(set);
  for (const order::Conflict& conflict : order_.conflicts()) {
    Say(absl::StrCat("the declared order contradicts itself over ", conflict.locks.size(),
                     " locks, among them ", conflict.locks.front(),
                     ", and is not enforced there; 'lockdep order check' shows the lines"));
  }
  return absl::OkStatus();
}

absl::StatusOr<report::Loaded> FindingOptions::Load(const std::vector<std::string>& inputs,
                                                    Events events) const {
  Progress progress;
  report::LoadOptions options = load_options();
  options.replay_events = events == Events::kReplay;
  options.on_progress = [&](size_t done, size_t total) { progress.Count(done, total, "inputs"); };
  absl::StatusOr<report::Loaded> loaded = report::LoadInputs(inputs, options);
  progress.Clear();
  if (loaded.ok()) SayRead(*loaded);
  return loaded;
}

void FindingOptions::Apply(report::Report* report) const {
  const report::SuppressionUse use = report::Suppress(suppressions_, Today(), report);
  for (const size_t index : use.expired) {
    Say(absl::StrCat(suppressions_[index].place, ": expired on ", suppressions_[index].expires,
                     " and suppresses nothing any more; mend what it is about, or move the date"));
  }
  for (const size_t index : use.unused) {
    Say(absl::StrCat(suppressions_[index].place,
                     ": matches no finding; delete it if what it is about was mended"));
  }
  report::OpenFirst(report);
  if (enforce_) SayStaleArcs(*report);
}

// An arc that was taken stands as the declaration of some dependency.
void FindingOptions::SayStaleArcs(const report::Report& report) const {
  absl::flat_hash_set<std::string> taken;
  for (const report::DependencyRow& row : report.dependencies) {
    if (!row.kinds.empty()) taken.insert(row.declaration);
  }
  size_t stale = 0;
  for (const order::PlacedArc& placed : order_.arcs()) {
    if (placed.arc->status == order::ArcStatus::kStale || order_.IsInConflict(*placed.arc))
      continue;
    const std::string text = order::Describe(*placed.file, *placed.section, *placed.arc);
    if (taken.contains(text) || ++stale > kMostStaleArcs) continue;
    Say(absl::StrCat(text, ": declared, and not taken in these runs; delete it if it is past"));
  }
  if (stale > kMostStaleArcs) {
    Say(absl::StrCat(stale - kMostStaleArcs, " declared arcs more were not taken in these runs"));
  }
}

}  // namespace lockdep::cli
