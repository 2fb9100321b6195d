// `lockdep order learn` and `lockdep order import`: declared orders from what was
// recorded, and from what others wrote down.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/usage.h"
#include "lockdep/order/mysql_arcs.h"
#include "lockdep/order/read_file.h"
#include "lockdep/report/learn_order.h"
#include "lockdep/report/load.h"

namespace lockdep::cli {
namespace {

constexpr char kLearnFooter[] =
    R"(INPUT is a recording, a JSON report, or a directory of them. Every dependency that
they show between locks with names that last becomes an arc of an order file,
sorted, one a line; those that go round in a circle stand in comments, for you to
choose. Review it, keep it with your sources, and hold runs against it with
--order, or with --order and --enforce, which also fails on orders that nobody
declared.

Exit codes:
  0  written
  2  wrong usage, an input that cannot be read, or an output that cannot be written

Examples:
  lockdep order learn runs/ -o ci/locks.order
  lockdep gate runs/ --baseline ci/locks.baseline --order ci/locks.order --enforce)";

constexpr char kImportFooter[] =
    R"(FILE holds lines of MySQL's lock_order_dependencies.txt:

  ARC FROM "mutex/sql/A" TO "rwlock/sql/B" [OP "W"] [FLAGS LOOP]

What comes out is an order file. Arcs to conditions and files, and those of
attempts that do not wait, are left out; an arc with the flag LOOP is stale.

Exit codes:
  0  written
  2  wrong usage, or a file that cannot be read

Examples:
  lockdep order import --from mysql lock_order_dependencies.txt -o mysql.order)";

// Writes to the file that -o names, or to standard output.
int WriteOrder(const std::string& text, const std::string& output) {
  if (output != "-") {
    const absl::Status written = WriteFile(output, text);
    return written.ok() ? kExitOk : UsageError(std::string(written.message()));
  }
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (complete && std::fflush(stdout) == 0) return kExitOk;
  return UsageError("standard output cannot be written; use -o FILE");
}

void AddOutput(CLI::App& app, std::string& output) {
  TakesFile(
      app.add_option("-o,--output", output, "Where to write; '-' is standard output, the default"));
}

class OrderLearnCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override {
    app_ =
        tool.get_subcommand("order")->add_subcommand("learn", "Propose an order from recordings");
    SetUsage(*app_, "lockdep order learn INPUT... [-o FILE]");
    app_->footer(kLearnFooter);
    app_->add_option("INPUT", inputs_, "Recordings, JSON reports, directories of them")
        ->type_name("")
        ->required();
    AddOutput(*app_, output_);
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const absl::StatusOr<report::Loaded> loaded = report::LoadInputs(inputs_);
    if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
    for (const std::string& warning : loaded->warnings) Say(warning);
    const absl::StatusOr<std::string> learned = report::LearnOrder(loaded->report);
    if (!learned.ok()) return UsageError(std::string(learned.status().message()));
    return WriteOrder(*learned, output_);
  }

 private:
  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string output_ = "-";
};

class OrderImportCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override {
    app_ = tool.get_subcommand("order")->add_subcommand("import", "Read the order of another tool");
    SetUsage(*app_, "lockdep order import --from mysql FILE [-o FILE]");
    app_->footer(kImportFooter);
    app_->add_option("--from", from_, "Whose file it is")
        ->type_name("mysql")
        ->check(CLI::IsMember({"mysql"}).description(""))
        ->required();
    app_->add_option("FILE", file_, "The file")->type_name("")->required();
    AddOutput(*app_, output_);
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const absl::StatusOr<std::string> text = order::ReadFile(file_);
    if (!text.ok())
      return UsageError(absl::StrCat(file_, ": ", std::string(text.status().message())));
    const absl::StatusOr<order::OrderFile> file = order::ParseMysqlArcs(file_, *text);
    if (!file.ok()) return UsageError(std::string(file.status().message()));
    return WriteOrder(order::FormatOrderFile(*file), output_);
  }

 private:
  CLI::App* app_ = nullptr;
  std::string from_;
  std::string file_;
  std::string output_ = "-";
};

// After `lockdep order`, whose commands these are.
const CommandRegistration<OrderLearnCommand> kLearn(61);
const CommandRegistration<OrderImportCommand> kImport(62);

}  // namespace
}  // namespace lockdep::cli
