// The commands and options of the tool as plain data, taken from its parser: man
// pages and completions are made of it, so that neither can say something else.

#ifndef LOCKDEP_CLI_COMMAND_TREE_H_
#define LOCKDEP_CLI_COMMAND_TREE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lockdep::cli {

struct OptionNode {
  std::vector<std::string> names;    // "-o", "--output".
  std::string argument;              // "FILE"; empty for a flag.
  std::vector<std::string> choices;  // If only these are allowed.
  std::string about;
};

struct CommandNode {
  std::string path;  // "lockdep order show".
  std::string name;  // "show".
  std::string about;
  std::string usage;               // What follows "Usage: ".
  std::string footer;              // Paragraphs and lists, as --help shows them.
  std::vector<std::string> words;  // Of the first argument, if only these are allowed.
  bool runs_program = false;       // Another program and its arguments follow after "--".
  std::vector<OptionNode> options;
  std::vector<CommandNode> commands;
};

// REQUIRES: all commands are configured on `tool`.
CommandNode CommandTree(const CLI::App& tool);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_COMMAND_TREE_H_
