#include "lockdep/cli/hook_options.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/suggest.h"

namespace lockdep::cli {
namespace {

// The option whose name the key of `part` nearly is; empty if there is none.
std::string NearestOption(std::string_view part) {
  std::vector<std::string> names;
  for (const OptionInfo& option : OptionTable()) names.emplace_back(option.name);
  const std::string_view key = part.substr(0, part.find('='));
  const std::string nearest = Nearest(absl::string_view(key.data(), key.size()), names);
  return nearest == key ? "" : nearest;
}

}  // namespace

absl::Status HookOptions::Add(absl::string_view text, absl::string_view source) {
  Options values = values_;
  OptionProblem problem;
  if (ParseOptions(std::string_view(text.data(), text.size()), &values, &problem)) {
    values_ = values;
    absl::StrAppend(&text_, text_.empty() || text.empty() ? "" : ":", text);
    return absl::OkStatus();
  }
  // What follows in the reason is advice for programs that run without the tool.
  const std::string_view reason(problem.reason);
  const std::string nearest = NearestOption(problem.part);
  return absl::InvalidArgumentError(
      absl::StrCat(source, ": '", std::string(problem.part),
                   "': ", std::string(reason.substr(0, reason.find(';'))), ";",
                   nearest.empty() ? "" : absl::StrCat(" did you mean '", nearest, "'?"),
                   " see 'lockdep run --help'"));
}

void HookOptions::SetFailOn(absl::string_view level) {
  // The levels are words that the options know.
  Add(absl::StrCat("fail_on=", level), "--fail-on").IgnoreError();
}

void HookOptions::RecordEvents() { Add("record_events=1", "--record-events").IgnoreError(); }

const std::string& HookOptions::fail_on() const {
  return FailOnLevels()[static_cast<size_t>(values_.fail_on)];
}

std::string HookOptions::ToString(absl::string_view record) const {
  const bool is_quiet = values_.report.empty() && values_.log_path.empty() &&
                        values_.suppressions.empty() && values_.order.empty();
  const char* quiet = is_quiet ? "" : "report=:log_path=:suppressions=:order=:";
  return absl::StrCat(text_, text_.empty() ? "" : ":", quiet, "record='", record, "'");
}

}  // namespace lockdep::cli
