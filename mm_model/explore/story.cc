#include "mm_model/explore/story.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mm_model {
namespace {

constexpr size_t kWidth = 40;  // Of a column.

// Writes down every step; consecutive reads of a task are one line.
class Teller final : public StepObserver {
 public:
  explicit Teller(std::vector<StoryLine>* lines) : lines_(lines) {}

  void OnStep(const Task& task, const Step& step) override {
    ++steps_;
    sum_.OnStep(task, step);
    const bool reads = step.kind == StepKind::kRead;
    if (reads && reads_ != 0 && lines_->back().task == task.id()) {
      lines_->back().text = absl::StrCat("read ", ++reads_, " fields, last ", step.what);
      return;
    }
    reads_ = reads ? 1 : 0;
    lines_->push_back({task.id(), steps_, DescribeStep(step)});
  }

  uint32_t check_sum() const { return sum_.value(); }

 private:
  std::vector<StoryLine>* const lines_;
  StepCheckSum sum_;
  uint64_t steps_ = 0;
  uint64_t reads_ = 0;  // In the last line.
};

std::string Clipped(const std::string& text) {
  return text.size() <= kWidth ? text : absl::StrCat(text.substr(0, kWidth - 3), "...");
}

// The text in the column of the task, and bars between the columns.
std::string Row(size_t tasks, TaskId task, const std::string& text) {
  std::string row;
  for (TaskId column = 0; column < tasks; ++column) {
    const bool last = column + 1 == tasks;
    const std::string cell = column == task ? Clipped(text) : "";
    absl::StrAppend(&row, column == 0 ? " " : "| ",
                    last ? cell : absl::StrFormat("%-*s ", static_cast<int>(kWidth), cell));
  }
  while (!row.empty() && row.back() == ' ') row.pop_back();
  return row;
}

}  // namespace

std::string DescribeStep(const Step& step) {
  const bool shared = step.mode == AccessMode::kShared;
  const bool has_sides = step.kind == StepKind::kLock || step.kind == StepKind::kUnlock ||
                         step.kind == StepKind::kTryLock;
  if (step.kind == StepKind::kStart) return "starts";
  if (step.kind == StepKind::kWait) return absl::StrCat("wait for ", step.what);
  return absl::StrCat(has_sides && shared ? "read-" : "", ToString(step.kind), " ", step.what);
}

Story TellStory(const Program& program, const ExploreOptions& options, const Schedule& schedule,
                lockdep::DeclaredOrder order) {
  Story story;
  for (const Program::Part& part : program.parts) story.tasks.push_back(part.task);
  Teller teller(&story.lines);
  ReplayResult replay = ReplayOnce(program, options, schedule.stretches, order, &teller);
  story.findings = std::move(replay.findings);
  story.execution = std::move(replay.execution);
  return story;
}

std::string RenderStory(const Story& story, const Finding& about) {
  std::string text = "   step ";
  for (size_t i = 0; i < story.tasks.size(); ++i) {
    const bool last = i + 1 == story.tasks.size();
    absl::StrAppend(
        &text, i == 0 ? " " : "| ",
        last ? story.tasks[i] : absl::StrFormat("%-*s ", static_cast<int>(kWidth), story.tasks[i]));
  }
  absl::StrAppend(&text, "\n");
  const auto shown = std::find_if(story.findings.begin(), story.findings.end(),
                                  [&](const Finding& finding) { return finding.IsLike(about); });
  const uint64_t end = shown == story.findings.end() ? ~uint64_t{0} : shown->step;
  for (const StoryLine& line : story.lines) {
    if (line.first_step > end) break;
    absl::StrAppend(&text, absl::StrFormat("  %5d ", line.first_step),
                    Row(story.tasks.size(), line.task, line.text), "\n");
  }
  absl::StrAppend(&text, "   >>> ", ToString(about.kind), ": ", about.subject, "\n");
  if (about.kind != lockdep::ViolationKind::kDeadlock) return text;
  for (const std::string& line : story.execution.story) absl::StrAppend(&text, "   ", line, "\n");
  return text;
}

}  // namespace mm_model
