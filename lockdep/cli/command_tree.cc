#include "lockdep/cli/command_tree.h"

#include <CLI/CLI.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace lockdep::cli {
namespace {

OptionNode OptionOf(const CLI::Option& option) {
  OptionNode node;
  for (const std::string& name : option.get_snames()) node.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) node.names.push_back("--" + name);
  node.about = option.get_description();
  if (option.get_type_size() == 0) return node;
  node.argument = option.get_type_name();
  if (node.argument.find('|') != node.argument.npos) {
    node.choices = absl::StrSplit(node.argument, '|');
  }
  return node;
}

// The formatter of a command writes it; it alone knows it.
std::string UsageOf(const CLI::App& app) {
  const std::string help = app.help();
  const size_t at = help.find("Usage: ");
  if (at == help.npos) return "";
  const absl::string_view rest = absl::string_view(help).substr(at + 7);
  return std::string(rest.substr(0, rest.find('\n')));
}

CommandNode NodeOf(const CLI::App& app, const std::string& parent) {
  CommandNode node;
  node.name = app.get_name();
  node.path = absl::StrCat(parent, parent.empty() ? "" : " ", node.name);
  node.about = app.get_description();
  node.usage = UsageOf(app);
  node.runs_program = absl::StrContains(node.usage, " -- ");
  node.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    const OptionNode one = OptionOf(*option);
    if (!option->get_positional()) {
      node.options.push_back(one);
    } else if (node.words.empty()) {
      node.words = one.choices;
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    node.commands.push_back(NodeOf(*command, node.path));
  }
  return node;
}

}  // namespace

CommandNode CommandTree(const CLI::App& tool) { return NodeOf(tool, ""); }

}  // namespace lockdep::cli
