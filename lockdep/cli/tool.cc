#include "lockdep/cli/tool.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/suggest.h"
#include "lockdep/cli/usage.h"

namespace lockdep::cli {
namespace {

constexpr char kDescription[] =
    "Finds deadlocks that did not happen yet: watches the locks of a program, works out\n"
    "which orders they are taken in, and reports the orders that contradict each other.";

constexpr char kFooter[] = R"(Exit codes:
  0    clean
  1    findings (gate: new ones)
  2    wrong usage or unreadable input
  3    gate: no lock operation was observed, so nothing was proved
  66   run: a finding reached --fail-on; otherwise run exits as the program did
  126  run: the program cannot be executed
  127  run: the program was not found

Examples:
  lockdep run -- ./server --port 8080
  lockdep run --report locks.html --record run.lockdep -- make check
  lockdep report run.lockdep -o locks.html
  lockdep gate run.lockdep --baseline ci/locks.baseline

'lockdep COMMAND --help' explains a command.)";

void SplitAtDashes(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return;
  ArgumentsAfterDashes().assign(dashes + 1, arguments.end());
  // The "--" stays: a command that does not expect it can be told from one without.
  arguments.erase(dashes + 1, arguments.end());
}

std::vector<Command*> CommandsByRank() {
  std::vector<RegisteredCommand> registry = CommandRegistry();
  std::stable_sort(registry.begin(), registry.end(),
                   [](const auto& a, const auto& b) { return a.rank < b.rank; });
  std::vector<Command*> commands;
  for (const RegisteredCommand& entry : registry) commands.push_back(entry.command);
  return commands;
}

std::vector<std::string> SubcommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// "lockdep mm run", as far as the parser understood it.
std::pair<const CLI::App*, std::string> DeepestCommand(const CLI::App& app) {
  const CLI::App* deepest = &app;
  std::string path = app.get_name();
  while (!deepest->get_subcommands().empty()) {
    deepest = deepest->get_subcommands().back();
    absl::StrAppend(&path, " ", deepest->get_name());
  }
  return {deepest, path};
}

int UnexpectedWord(const CLI::App& app, const std::string& word) {
  const auto [command, path] = DeepestCommand(app);
  const bool is_option = absl::StartsWith(word, "-");
  const std::string name = is_option ? word.substr(0, word.find('=')) : word;
  const std::vector<std::string> known =
      is_option ? OptionNames(*command) : SubcommandNames(*command);
  const std::string what =
      is_option ? "unknown option" : (known.empty() ? "unexpected argument" : "unknown command");
  const std::string nearest = Nearest(name, known);
  const std::string guess = nearest.empty() ? "" : absl::StrCat(" did you mean '", nearest, "'?");
  return UsageError(absl::StrCat(what, " '", name, "';", guess, " see '", path, " --help'"));
}

// "lockdep run ./prog": the word is the program, and only the dashes are missing.
bool IsProgramWithoutDashes(const std::vector<Command*>& commands, const std::string& word) {
  return !absl::StartsWith(word, "-") &&
         std::any_of(commands.begin(), commands.end(), [](const Command* command) {
           return command->selected() && command->TakesArgumentsAfterDashes();
         });
}

int ParseError(const CLI::App& app, const std::vector<Command*>& commands,
               const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
  const std::vector<std::string> extras = app.remaining(true);
  const auto extra =
      std::find_if(extras.begin(), extras.end(), [](const auto& word) { return word != "--"; });
  // What is misspelt is worth more words than what is missing because of it.
  const bool is_unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool is_command = !SubcommandNames(*DeepestCommand(app).first).empty();
  if (extra != extras.end() && (is_unexpected || is_command || absl::StartsWith(*extra, "-"))) {
    if (IsProgramWithoutDashes(commands, *extra)) {
      return UsageError(absl::StrCat("write '--' before the program: ", DeepestCommand(app).second,
                                     " -- ", *extra, " ..."));
    }
    return UnexpectedWord(app, *extra);
  }
  return UsageError(absl::StrCat(error.what(), "; see '", DeepestCommand(app).second, " --help'"));
}

int RunSelected(const CLI::App& app, const std::vector<Command*>& commands, bool dashes_given) {
  for (Command* command : commands) {
    if (!command->selected()) continue;
    if (dashes_given && !command->TakesArgumentsAfterDashes()) {
      return UsageError(absl::StrCat("'", DeepestCommand(app).second, "' takes no '--'"));
    }
    return command->Run();
  }
  return UsageError(absl::StrCat("name a command: ", absl::StrJoin(SubcommandNames(app), ", "),
                                 "; 'lockdep --help' explains them"));
}

}  // namespace

int RunTool(std::vector<std::string> arguments) {
  SplitAtDashes(arguments);
  const bool dashes_given = !arguments.empty() && arguments.back() == "--";
  if (dashes_given) arguments.pop_back();

  CLI::App app(kDescription, "lockdep");
  app.footer(kFooter);
  app.set_version_flag("--version", "lockdep " LOCKDEP_VERSION, "Show the version");
  app.set_help_flag("-h,--help", "Show this help");
  app.add_flag_callback("-v,--verbose", BeVerbose, "Say each step on stderr, and how long it took");
  SetUsage(app, "lockdep COMMAND ...");
  app.require_subcommand(0, 1);
  const std::vector<Command*> commands = CommandsByRank();
  for (Command* command : commands) command->Configure(app);
  for (CLI::App* command : app.get_subcommands({})) command->group("Commands");

  // An unknown command is named before its options are looked at.
  if (!arguments.empty() && !absl::StartsWith(arguments[0], "-")) {
    const std::vector<std::string> names = SubcommandNames(app);
    if (std::find(names.begin(), names.end(), arguments[0]) == names.end()) {
      return UnexpectedWord(app, arguments[0]);
    }
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return ParseError(app, commands, error);
  }
  return RunSelected(app, commands, dashes_given);
}

}  // namespace lockdep::cli
