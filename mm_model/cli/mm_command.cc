// `lockdep mm`: the model of Linux mm locking, and what can be done with it.

#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

#include "lockdep/cli/command.h"
#include "lockdep/cli/usage.h"
#include "mm_model/cli/subcommand.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;

constexpr char kFooter[] =
    R"(The model runs paths of the Linux memory management (faults, mmap, munmap, fork,
truncation) with their real locks and objects, as tasks that give way before every
lock operation and every access to a guarded field.

Examples:
  lockdep mm list
  lockdep mm run all-clean
  lockdep mm run vma-write-under-mmap-read --report mm.html
  lockdep mm explore fault-under-vma-lock munmap
  lockdep mm rules
  lockdep mm table
  lockdep mm verify)";

class MmCommand final : public cli::Command {
 public:
  void Configure(CLI::App& tool) override {
    app_ = tool.add_subcommand("mm", "Run the model of Linux mm locking");
    cli::SetUsage(*app_, "lockdep mm COMMAND");
    app_->require_subcommand(1);
    app_->footer(kFooter);
    for (auto* const make :
         {&MakeList, &MakeRun, &MakeExplore, &MakeRules, &MakeTable, &MakeVerify}) {
      subcommands_.push_back(make());
      subcommands_.back()->Configure(*app_);
    }
  }

  bool selected() const override { return app_->parsed(); }

  int Run() override {
    for (const auto& subcommand : subcommands_) {
      if (subcommand->selected()) return subcommand->Run();
    }
    return cli::kExitUsage;
  }

 private:
  CLI::App* app_ = nullptr;
  std::vector<std::unique_ptr<Subcommand>> subcommands_;
};

const cli::CommandRegistration<MmCommand> kRegistration(60);

}  // namespace
}  // namespace mm_model
