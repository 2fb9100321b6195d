#include "lockdep/cli/man_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace lockdep::cli {
namespace {

// A line of text that troff takes for nothing else.
std::string Text(absl::string_view line) {
  std::string text = absl::StrReplaceAll(line, {{"\\", "\\e"}, {"-", "\\-"}});
  if (absl::StartsWith(text, ".") || absl::StartsWith(text, "'")) text.insert(0, "\\&");
  return text;
}

std::string Section(absl::string_view name) {
  return absl::StrCat(".SH \"", absl::AsciiStrToUpper(name), "\"\n");
}

// "Exit codes:" in a line of its own.
bool IsHeading(absl::string_view line) {
  return line.size() > 1 && line.back() == ':' && absl::ascii_isupper(line.front()) &&
         !absl::StrContains(line, ".");
}

// What is indented is a list or an example: it keeps its lines.
class Footer {
 public:
  std::string Render(absl::string_view footer) {
    for (const absl::string_view line : absl::StrSplit(footer, '\n')) Line(line);
    Preserve(false);
    return std::move(out_);
  }

 private:
  void Line(absl::string_view line) {
    if (line.empty()) {
      if (!is_preserved_) absl::StrAppend(&out_, ".PP\n");
    } else if (IsHeading(line)) {
      Preserve(false);
      absl::StrAppend(&out_, Section(line.substr(0, line.size() - 1)));
    } else {
      Preserve(line.front() == ' ');
      absl::StrAppend(&out_, Text(line), "\n");
    }
  }

  void Preserve(bool preserve) {
    if (preserve != is_preserved_) absl::StrAppend(&out_, preserve ? ".nf\n" : ".fi\n");
    is_preserved_ = preserve;
  }

  std::string out_;
  bool is_preserved_ = false;
};

std::string Options(const CommandNode& command) {
  std::string text;
  for (const OptionNode& option : command.options) {
    absl::StrAppend(&text, ".TP\n\\fB", Text(absl::StrJoin(option.names, ", ")), "\\fR");
    if (!option.argument.empty()) absl::StrAppend(&text, " \\fI", Text(option.argument), "\\fR");
    absl::StrAppend(&text, "\n", Text(option.about), "\n");
  }
  return text.empty() ? "" : Section("options") + text;
}

std::string Commands(const CommandNode& command) {
  std::string text;
  for (const CommandNode& sub : command.commands) {
    std::string page = ManPageName(sub);
    page.resize(page.size() - 2);  // Without ".1".
    absl::StrAppend(&text, ".TP\n\\fB", Text(page), "\\fR(1)\n", Text(sub.about), "\n");
  }
  return text.empty() ? "" : Section("commands") + text;
}

}  // namespace

std::string ManPageName(const CommandNode& command) {
  return absl::StrCat(absl::StrReplaceAll(command.path, {{" ", "-"}}), ".1");
}

std::string ManPage(const CommandNode& command, const CommandNode& tool) {
  std::string name = ManPageName(command);
  name.resize(name.size() - 2);
  const absl::string_view first_line =
      absl::string_view(command.about).substr(0, command.about.find('\n'));
  std::string page = absl::StrCat(".TH \"", absl::AsciiStrToUpper(name),
                                  "\" 1 \"\" \"lockdep\" \"User Commands\"\n", Section("name"),
                                  Text(name), " \\- ", Text(first_line), "\n", Section("synopsis"),
                                  "\\fB", Text(command.usage), "\\fR\n", Section("description"),
                                  Text(absl::StrReplaceAll(command.about, {{"\n", " "}})),
                                  ".\n.PP\n", Commands(command), Options(command));
  absl::StrAppend(&page, Section("notes"), Footer().Render(command.footer));
  if (&command != &tool) absl::StrAppend(&page, Section("see also"), "\\fBlockdep\\fR(1)\n");
  return page;
}

}  // namespace lockdep::cli
