// `lockdep mm table`: the table of lock states, computed by running the model.

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
#include "mm_model/cli/subcommand.h"
#include "mm_model/explore/schedule.h"
#include "mm_model/rules/lock_state_table.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;

constexpr char kFooter[] =
    R"(For every combination of the mmap lock, the VMA lock and the reverse-mapping locks that
a task may hold: does the VMA stay as it is (stable), may its fields be read, may most or
all of them be written?  Tasks of the model take the locks and try; the table of
Documentation/mm/process_addrs.rst, "Lock usage", is what must come out.

Exit codes:
  0  computed
  2  wrong usage

Examples:
  lockdep mm table
  lockdep mm table --vma-lock semaphore)";

const char* YesNo(bool yes) { return yes ? "Y" : "N"; }

std::string ToText(const LockStateRow& row) {
  const LockState& state = row.state;
  std::string text = absl::StrFormat("%-10s%-10s%-10s", ToString(state.mmap), ToString(state.vma),
                                     ToString(state.rmap));
  if (!row.valid()) return absl::StrCat(text, "invalid: ", row.broken_rule, "\n");
  absl::StrAppendFormat(&text, "%-9s%-7s%-13s%s\n", YesNo(row.stable), YesNo(row.read),
                        YesNo(row.write_most), YesNo(row.write_all));
  return text;
}

std::string ToText(const std::vector<LockStateRow>& rows, const Exclusivity& exclusivity) {
  std::string text = "mmap lock VMA lock  rmap lock Stable?  Read?  Write most?  Write all?\n";
  for (const LockStateRow& row : rows) absl::StrAppend(&text, ToText(row));
  absl::StrAppend(&text,
                  "\nWho excludes whom on the mmap lock: read, downgraded, write\n"
                  "    R D W\n");
  constexpr const char* kNames[] = {"R", "D", "W"};
  for (size_t i = 0; i < kMmapHolds; ++i) {
    absl::StrAppend(&text, kNames[i], "   ", YesNo(exclusivity[i][0]), " ",
                    YesNo(exclusivity[i][1]), " ", YesNo(exclusivity[i][2]), "\n");
  }
  return text;
}

nlohmann::ordered_json ToJson(const LockStateRow& row) {
  nlohmann::ordered_json json = {{"mmap", ToString(row.state.mmap)},
                                 {"vma", ToString(row.state.vma)},
                                 {"rmap", ToString(row.state.rmap)},
                                 {"valid", row.valid()}};
  if (!row.valid()) {
    json["rule"] = row.broken_rule;
    return json;
  }
  json["stable"] = row.stable;
  json["read"] = row.read;
  json["write_most"] = row.write_most;
  json["write_all"] = row.write_all;
  return json;
}

std::string ToJson(const std::vector<LockStateRow>& rows, const Exclusivity& exclusivity) {
  nlohmann::ordered_json states = nlohmann::ordered_json::array();
  for (const LockStateRow& row : rows) states.push_back(ToJson(row));
  const nlohmann::ordered_json table = {{"schema", "lockdep-mm-table"},
                                        {"version", 1},
                                        {"states", std::move(states)},
                                        {"mmap_holds", {"R", "D", "W"}},
                                        {"exclusive", exclusivity}};
  return table.dump(2) + "\n";
}

class Table final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override {
    app_ = mm.add_subcommand("table", "Compute the table of lock states");
    cli::SetUsage(*app_, "lockdep mm table [--vma-lock KIND] [--json]");
    app_->footer(kFooter);
    app_->add_option("--vma-lock", vma_lock_, "refcount (6.15 on) or semaphore (6.4 to 6.14)")
        ->type_name("KIND");
    app_->add_flag("--json", json_, "As JSON");
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    VmaLockGeneration generation;
    if (!ParseGeneration(vma_lock_, &generation)) {
      return cli::UsageError(absl::StrCat("--vma-lock ", vma_lock_, ": say refcount or semaphore"));
    }
    const std::vector<LockStateRow> rows = ComputeLockStates(generation);
    const Exclusivity exclusivity = ComputeExclusivity();
    Print(json_ ? ToJson(rows, exclusivity) : ToText(rows, exclusivity));
    return cli::kExitOk;
  }

 private:
  CLI::App* app_ = nullptr;
  std::string vma_lock_ = "refcount";
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> MakeTable() { return std::make_unique<Table>(); }

}  // namespace mm_model
