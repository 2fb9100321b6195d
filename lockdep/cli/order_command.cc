// `lockdep order`: shows, checks and compares declared orders.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/usage.h"
#include "lockdep/order/builtin.h"
#include "lockdep/order/clang_attributes.h"
#include "lockdep/order/load.h"
#include "lockdep/order/mysql_arcs.h"
#include "lockdep/order/order_diff.h"
#include "lockdep/order/order_set.h"
#include "lockdep/order/render.h"

namespace lockdep::cli {
namespace {

constexpr char kInputs[] =
    R"(An ORDER is an order file, the name of a built-in order, or the directory of a
Linux kernel tree, whose mm/rmap.c and mm/filemap.c state the order in comments.
An order file has one arc a line, outer lock first:

  a -> b  # why
  alias NAME = SPELLING         another name of the same lock
  source "TEXT"                 where the arcs that follow were taken from
  a -> b  @LINE  stale  # why   a line of that source; known not to hold
  include "FILE"                relative to this file, or "builtin:NAME")";

constexpr char kOrderExamples[] = R"(

Exit codes:
  0  clean, or the same
  1  check: a conflict; diff: a difference
  2  wrong usage, or an order that cannot be read

Examples:
  lockdep order show
  lockdep order show --kernel /usr/src/linux-source-6.12 --as order > mm.order
  lockdep order check locks.order
  lockdep order learn run.lockdep > locks.order
  lockdep order diff linux-6.12-mm /usr/src/linux-source-6.12

'lockdep order COMMAND --help' explains a command.)";

constexpr char kShowFooter[] = R"(

The forms of --as:
  list   one arc a line, with its place (the default)
  tree   indented, as the kernel's comments are
  order  one order file that says the same
  mysql  lines ARC FROM "A" TO "B", as MySQL's lock_order_dependencies.txt
  clang  ACQUIRED_AFTER attributes of Clang's thread safety analysis

Exit codes:
  0  shown
  2  wrong usage, or an order that cannot be read

Examples:
  lockdep order show
  lockdep order show linux-6.12-rmap --as tree
  lockdep order show --kernel /usr/src/linux-source-6.12 --as order > mm.order
  lockdep order show learned.order --as clang)";

constexpr char kCheckFooter[] = R"(

Arcs that order some locks in a circle contradict each other, be it in one file
or across several. Each such circle is a declared-order-conflict; it is printed
with all its lines, and none of them is enforced until the others are gone or
marked stale.

Exit codes:
  0  no conflict
  1  a conflict
  2  wrong usage, or an order that cannot be read

Examples:
  lockdep order check locks.order
  lockdep order check --kernel /usr/src/linux-source-6.12
  lockdep order check linux-6.12-mm locks.order)";

constexpr char kDiffFooter[] = R"(

Compares what the arcs order. Spellings that an alias of either side unites are
the same; places, reasons and 'stale' do not count. What one side lacks is
printed as lines that can be pasted into it.

Exit codes:
  0  the same
  1  a difference
  2  wrong usage, or an order that cannot be read

Examples:
  lockdep order diff linux-6.12-mm /usr/src/linux-source-6.12
  lockdep order diff old.order new.order)";

// Paths come from the command line; on a terminal they must stay text.
void Print(std::string text) {
  for (char& c : text) {
    if (c != '\n' && absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string Count(size_t count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::vector<std::string> BuiltinNames() {
  std::vector<std::string> names;
  for (const order::BuiltinOrder& builtin : order::BuiltinRegistry()) {
    names.emplace_back(builtin.name);
  }
  return names;
}

absl::StatusOr<order::OrderSet> Load(const std::vector<std::string>& inputs) {
  absl::StatusOr<std::vector<order::OrderFile>> files = order::LoadOrders(inputs);
  if (!files.ok()) return files.status();
  return order::OrderSet::Make(*std::move(files));
}

class OrderCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  // 'learn' and 'import' are commands of their own.
  bool selected() const override { return show_->parsed() || check_->parsed() || diff_->parsed(); }
  int Run() override;

 private:
  CLI::App* AddSubcommand(const char* name, const char* what, const char* usage,
                          const char* footer);
  void AddInputs(CLI::App* app);
  std::vector<std::string> Inputs() const;
  int Show(const order::OrderSet& set) const;
  int Check(const order::OrderSet& set) const;
  int Diff() const;

  CLI::App* app_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* check_ = nullptr;
  CLI::App* diff_ = nullptr;
  std::vector<std::string> inputs_;
  std::vector<std::string> kernels_;
  std::string form_ = "list";
  std::string a_;
  std::string b_;
};

CLI::App* OrderCommand::AddSubcommand(const char* name, const char* what, const char* usage,
                                      const char* footer) {
  CLI::App* app = app_->add_subcommand(name, what);
  SetUsage(*app, usage);
  app->footer(absl::StrCat(kInputs, footer));
  return app;
}

void OrderCommand::AddInputs(CLI::App* app) {
  app->add_option("ORDER", inputs_, "What to read (default: all built-in orders)")->type_name("");
  app->add_option("--kernel", kernels_, "The comments of this kernel tree")
      ->type_name("TREE")
      ->expected(1)
      ->take_all();
}

void OrderCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("order", "Show, check and compare declared lock orders");
  SetUsage(*app_, "lockdep order show|check|diff|learn|import ...");
  app_->footer(absl::StrCat(kInputs, kOrderExamples));
  app_->require_subcommand(1);

  show_ =
      AddSubcommand("show", "Print declared orders",
                    "lockdep order show [ORDER...] [--kernel TREE]... [--as FORM]", kShowFooter);
  AddInputs(show_);
  show_->add_option("--as", form_, "How to print them")
      ->type_name("list|tree|order|mysql|clang")
      ->check(CLI::IsMember({"list", "tree", "order", "mysql", "clang"}).description(""));

  check_ = AddSubcommand("check", "Find orders that contradict each other",
                         "lockdep order check [ORDER...] [--kernel TREE]...", kCheckFooter);
  AddInputs(check_);

  diff_ = AddSubcommand("diff", "Compare two orders", "lockdep order diff A B", kDiffFooter);
  diff_->add_option("A", a_, "An ORDER")->type_name("")->required();
  diff_->add_option("B", b_, "Another")->type_name("")->required();
}

std::vector<std::string> OrderCommand::Inputs() const {
  std::vector<std::string> inputs = inputs_;
  inputs.insert(inputs.end(), kernels_.begin(), kernels_.end());
  return inputs.empty() ? BuiltinNames() : inputs;
}

int OrderCommand::Run() {
  if (diff_->parsed()) return Diff();
  const std::vector<std::string> inputs = Inputs();
  if (inputs.empty()) return UsageError("no order is built in; name an order file");
  const absl::StatusOr<order::OrderSet> set = Load(inputs);
  if (!set.ok()) return UsageError(std::string(set.status().message()));
  return show_->parsed() ? Show(*set) : Check(*set);
}

int OrderCommand::Show(const order::OrderSet& set) const {
  if (form_ == "tree") {
    Print(order::RenderTree(set));
  } else if (form_ == "order") {
    Print(order::RenderOrderFile(set));
  } else if (form_ == "mysql") {
    Print(order::RenderMysqlArcs(set));
  } else if (form_ == "clang") {
    Print(order::RenderAcquiredAfter(set));
  } else {
    Print(order::RenderList(set));
  }
  return kExitOk;
}

int OrderCommand::Check(const order::OrderSet& set) const {
  for (const order::Conflict& conflict : set.conflicts()) Print(order::RenderConflict(conflict));
  Print(absl::StrCat("lockdep order: ", Count(set.conflicts().size(), "conflict"), " among ",
                     Count(set.arcs().size(), "arc"), " of ", Count(set.files().size(), "file"),
                     set.conflicts().empty() ? "\n" : "; what is in conflict is not enforced\n"));
  return set.conflicts().empty() ? kExitOk : kExitFindings;
}

int OrderCommand::Diff() const {
  const absl::StatusOr<order::OrderSet> a = Load({a_});
  if (!a.ok()) return UsageError(std::string(a.status().message()));
  const absl::StatusOr<order::OrderSet> b = Load({b_});
  if (!b.ok()) return UsageError(std::string(b.status().message()));
  const order::OrderDiff diff = order::Diff(*a, *b);
  for (const auto& [name, arcs] : {std::pair(a_, diff.only_in_a), std::pair(b_, diff.only_in_b)}) {
    if (arcs.empty()) continue;
    Print(absl::StrCat("# Only in ", name, ": ", Count(arcs.size(), "arc"), ".\n",
                       order::RenderArcs(arcs), "\n"));
  }
  const bool is_same = diff.only_in_a.empty() && diff.only_in_b.empty();
  return is_same ? kExitOk : kExitFindings;
}

const CommandRegistration<OrderCommand> kRegistration(60);

}  // namespace
}  // namespace lockdep::cli
