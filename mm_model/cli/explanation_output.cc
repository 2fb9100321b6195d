#include "mm_model/cli/explanation_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace mm_model {
namespace {

constexpr size_t kWidth = 100;

// The text in lines of kWidth, broken between words, after `head`; later lines
// begin below the end of it.
std::string Wrapped(const std::string& head, const std::string& text) {
  std::string all;
  std::string line = head;
  bool empty = true;  // Nothing but the head in the line.
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!empty && line.size() + 1 + word.size() > kWidth) {
      absl::StrAppend(&all, line, "\n");
      line.assign(head.size(), ' ');
      empty = true;
    }
    absl::StrAppend(&line, empty ? "" : " ", word);
    empty = false;
  }
  return absl::StrCat(all, line, "\n");
}

size_t LongestName(std::span<const ExplainedStep> steps) {
  size_t longest = 0;
  for (const ExplainedStep& step : steps) longest = std::max(longest, step.task.size());
  return longest;
}

std::string LocksOf(const ExplainedStep& step) {
  return step.before == step.after ? step.before : absl::StrCat(step.before, " -> ", step.after);
}

std::vector<std::string> FoundIn(const ExplainedStep& step, std::span<const Finding> findings) {
  std::vector<std::string> found;
  for (const Finding& finding : findings) {
    if (finding.step != step.number) continue;
    found.push_back(absl::StrCat(ToString(finding.kind), ": ", finding.subject,
                                 finding.rule.empty() ? "" : "; ", finding.rule));
  }
  return found;
}

}  // namespace

std::string ExplanationText(std::span<const ExplainedStep> steps,
                            std::span<const Finding> findings) {
  std::string text;
  const size_t name_width = LongestName(steps);
  const std::string margin(name_width + 9, ' ');
  for (const ExplainedStep& step : steps) {
    absl::StrAppendFormat(&text, "%6d  %-*s %s\n", step.number, static_cast<int>(name_width),
                          step.task, step.does);
    text += Wrapped(margin + "  holds ", LocksOf(step));
    for (const std::string& rule : step.rules) text += Wrapped(margin + "  rule  ", rule);
    for (const std::string& found : FoundIn(step, findings))
      text += Wrapped(margin + ">>> ", found);
  }
  return text;
}

nlohmann::ordered_json ExplanationJson(std::span<const ExplainedStep> steps,
                                       std::span<const Finding> findings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ExplainedStep& step : steps) {
    all.push_back({{"step", step.number},
                   {"task", step.task},
                   {"does", step.does},
                   {"before", step.before},
                   {"after", step.after},
                   {"rules", step.rules},
                   {"findings", FoundIn(step, findings)}});
  }
  return all;
}

}  // namespace mm_model
