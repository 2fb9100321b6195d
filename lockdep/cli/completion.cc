#include "lockdep/cli/completion.h"

#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace lockdep::cli {
namespace {

using Visitor = std::function<void(const CommandNode&)>;

void VisitAll(const CommandNode& node, const Visitor& visit) {
  visit(node);
  for (const CommandNode& command : node.commands) VisitAll(command, visit);
}

// "order show" of "lockdep order show".
std::string Words(const CommandNode& node) {
  const size_t blank = node.path.find(' ');
  return blank == node.path.npos ? "" : node.path.substr(blank + 1);
}

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::vector<std::string> NamesOf(const CommandNode& node) {
  std::vector<std::string> names = node.words;
  for (const CommandNode& command : node.commands) names.push_back(command.name);
  for (const OptionNode& option : node.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// A case of the shell for each option of `node` that takes one of some words.
std::string BashChoices(const CommandNode& node) {
  std::string cases;
  for (const OptionNode& option : node.options) {
    if (option.choices.empty()) continue;
    absl::StrAppend(&cases, "        ", Quoted(Words(node)), ":",
                    absl::StrJoin(option.names, absl::StrCat("|", Quoted(Words(node)), ":")),
                    ") words=", Quoted(absl::StrJoin(option.choices, " ")), " ;;\n");
  }
  return cases;
}

std::string ZshSpec(const OptionNode& option, const std::string& name) {
  const auto escaped = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{"[", "\\["}, {"]", "\\]"}, {":", "\\:"}, {"'", "'\\''"}});
  };
  std::string spec = absl::StrCat("'*", name, "[", escaped(option.about), "]");
  if (!option.choices.empty()) {
    absl::StrAppend(&spec, ":value:(", absl::StrJoin(option.choices, " "), ")");
  } else if (!option.argument.empty()) {
    absl::StrAppend(&spec, ":", escaped(option.argument), ":_files");
  }
  return spec + "'";
}

// Whether the words typed so far name `node`, for fish.
std::string FishCondition(const CommandNode& node) {
  const std::string words = Words(node);
  if (words.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (const absl::string_view word : absl::StrSplit(words, ' ')) {
    absl::StrAppend(&condition, condition.empty() ? "" : "; and ", "__fish_seen_subcommand_from ",
                    word);
  }
  return condition;
}

}  // namespace

std::string BashCompletion(const CommandNode& tool) {
  std::string commands, words, choices;
  VisitAll(tool, [&](const CommandNode& node) {
    if (&node != &tool) absl::StrAppend(&commands, " ", Quoted(Words(node)));
    absl::StrAppend(&words, "        ", Quoted(Words(node)),
                    ") words=", Quoted(absl::StrJoin(NamesOf(node), " ")), " ;;\n");
    absl::StrAppend(&choices, BashChoices(node));
  });
  return absl::StrCat(R"(# bash completion for lockdep: made by `lockdep completion bash`.
_lockdep() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local command='' words='' known i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            COMPREPLY=($(compgen -c -f -- "$cur"))
            return
        fi
        for known in)",
                      commands, R"(; do
            if [[ "${command:+$command }${COMP_WORDS[i]}" == "$known" ]]; then
                command=$known
                break
            fi
        done
    done
    case $command:$prev in
)",
                      choices, R"(    esac
    if [[ -n $words ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
        return
    fi
    case $command in
)",
                      words, R"(    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    [[ $cur == -* || -z $command ]] || COMPREPLY+=($(compgen -f -- "$cur"))
}
complete -o filenames -o bashdefault -F _lockdep lockdep
)");
}

std::string ZshCompletion(const CommandNode& tool) {
  std::string functions;
  VisitAll(tool, [&](const CommandNode& node) {
    const std::string function =
        absl::StrCat("_", absl::StrReplaceAll(node.path, {{" ", "_"}, {"-", "_"}}));
    absl::StrAppend(&functions, function, "() {\n    _arguments -C \\\n");
    for (const OptionNode& option : node.options) {
      for (const std::string& name : option.names) {
        absl::StrAppend(&functions, "        ", ZshSpec(option, name), " \\\n");
      }
    }
    if (node.commands.empty()) {
      if (!node.words.empty()) {
        absl::StrAppend(&functions, "        '1:word:(", absl::StrJoin(node.words, " "), ")' \\\n");
      }
      absl::StrAppend(&functions, "        '",
                      node.runs_program ? "*::program:_lockdep_program" : "*:file:_files",
                      "'\n}\n\n");
      return;
    }
    absl::StrAppend(
        &functions, "        '1:command:(",
        absl::StrJoin(node.commands, " ",
                      [](std::string* out, const CommandNode& command) { *out += command.name; }),
        ")' \\\n        '*::argument:->rest' && return\n    case $words[1] in\n");
    for (const CommandNode& command : node.commands) {
      absl::StrAppend(&functions, "        ", command.name, ") ", function, "_",
                      absl::StrReplaceAll(command.name, {{"-", "_"}}), " ;;\n");
    }
    absl::StrAppend(&functions, "    esac\n}\n\n");
  });
  return absl::StrCat(
      R"(#compdef lockdep
# zsh completion for lockdep: made by `lockdep completion zsh`.

# What follows "--" is a command line of its own.
_lockdep_program() {
    [[ $words[1] == -- ]] && shift words && (( CURRENT-- ))
    _normal
}

)",
      functions, "_lockdep \"$@\"\n");
}

std::string FishCompletion(const CommandNode& tool) {
  std::string script = "# fish completion for lockdep: made by `lockdep completion fish`.\n";
  VisitAll(tool, [&](const CommandNode& node) {
    const std::string start = absl::StrCat("complete -c lockdep -n ", Quoted(FishCondition(node)));
    for (const CommandNode& command : node.commands) {
      absl::StrAppend(&script, start, " -f -a ", command.name, " -d ", Quoted(command.about), "\n");
    }
    if (!node.words.empty()) {
      absl::StrAppend(&script, start, " -a ", Quoted(absl::StrJoin(node.words, " ")), "\n");
    }
    if (node.runs_program) {
      absl::StrAppend(&script, "complete -c lockdep -n ",
                      Quoted(FishCondition(node) + "; and contains -- -- (commandline -opc)"),
                      " -a '(__fish_complete_command)'\n");
    }
    for (const OptionNode& option : node.options) {
      absl::StrAppend(&script, start);
      for (const std::string& name : option.names) {
        absl::StrAppend(&script, name.starts_with("--") ? " -l " : " -s ",
                        name.substr(name.find_first_not_of('-')));
      }
      if (!option.choices.empty()) {
        absl::StrAppend(&script, " -x -a ", Quoted(absl::StrJoin(option.choices, " ")));
      } else if (!option.argument.empty()) {
        absl::StrAppend(&script, " -r");
      }
      absl::StrAppend(&script, " -d ", Quoted(option.about), "\n");
    }
  });
  return script;
}

}  // namespace lockdep::cli
