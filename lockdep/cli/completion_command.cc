// `lockdep completion` and, for whoever packages the tool, `lockdep man-pages`.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/completion.h"
#include "lockdep/cli/man_page.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/usage.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(Prints a script that completes commands, options and their values. An installed
lockdep has it in place already.

Exit codes:
  0  printed
  2  wrong usage

Examples:
  source <(lockdep completion bash)
  lockdep completion zsh > ~/.zfunc/_lockdep
  lockdep completion fish > ~/.config/fish/completions/lockdep.fish)";

class CompletionCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override {
    tool_ = &tool;
    app_ = tool.add_subcommand("completion", "Print the completion script of a shell");
    SetUsage(*app_, "lockdep completion bash|zsh|fish");
    app_->footer(kFooter);
    app_->add_option("SHELL", shell_, "Whose script")
        ->type_name("bash|zsh|fish")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
        ->required();
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const CommandNode tool = CommandTree(*tool_);
    const std::string script = shell_ == "bash"  ? BashCompletion(tool)
                               : shell_ == "zsh" ? ZshCompletion(tool)
                                                 : FishCompletion(tool);
    std::fputs(script.c_str(), stdout);
    return kExitOk;
  }

 private:
  CLI::App* tool_ = nullptr;
  CLI::App* app_ = nullptr;
  std::string shell_;
};

class ManPagesCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override {
    tool_ = &tool;
    app_ = tool.add_subcommand("man-pages", "Write the manual pages into a directory");
    SetUsage(*app_, "lockdep man-pages DIRECTORY");
    app_->footer(
        "Exit codes:\n  0  written\n  2  a page cannot be written\n\nExamples:\n"
        "  lockdep man-pages /usr/local/share/man/man1");
    app_->add_option("DIRECTORY", directory_, "Where to write them")->type_name("")->required();
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    const CommandNode tool = CommandTree(*tool_);
    return Write(tool, tool);
  }

 private:
  int Write(const CommandNode& command, const CommandNode& tool) const {
    const std::string path = absl::StrCat(directory_, "/", ManPageName(command));
    const absl::Status written = WriteFile(path, ManPage(command, tool));
    if (!written.ok()) return UsageError(std::string(written.message()));
    for (const CommandNode& sub : command.commands) {
      if (const int code = Write(sub, tool); code != kExitOk) return code;
    }
    return kExitOk;
  }

  CLI::App* tool_ = nullptr;
  CLI::App* app_ = nullptr;
  std::string directory_;
};

const CommandRegistration<CompletionCommand> kCompletion(90);
const CommandRegistration<ManPagesCommand> kManPages(91);

}  // namespace
}  // namespace lockdep::cli
