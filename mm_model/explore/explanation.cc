#include "mm_model/explore/explanation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mm_model/explore/story.h"
#include "mm_model/held_by.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/rules/page_table_rules.h"

namespace mm_model {
namespace {

// "a read of vma->vm_start needs mmap:read | vma:read"
std::string Ask(const char* verb, const char* field, const RequirementText& needed,
                const RequirementText& instead) {
  return absl::StrCat("a ", verb, " of ", field, " needs ", needed.text,
                      instead.empty() ? "" : absl::StrCat("; instead: ", instead.text));
}

// The rules that were asked since then.
std::vector<std::string> RulesAsked(const Machine::RuleUse& since, const Machine::RuleUse& now) {
  std::vector<std::string> rules;
  const auto fields = AllFieldRules();
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldRule& rule = fields[i];
    if (now.reads[i] != since.reads[i]) {
      rules.push_back(Ask("read", rule.name, rule.read, rule.once));
    }
    if (now.writes[i] != since.writes[i]) {
      rules.push_back(Ask("write", rule.name, rule.write, rule.exempt));
    }
  }
  const auto page_tables = AllPtRules();
  for (size_t i = 0; i < page_tables.size(); ++i) {
    if (now.checks[i] == since.checks[i]) continue;
    const PtRule& rule = page_tables[i];
    rules.push_back(absl::StrCat(rule.id, ": to ", rule.subject, " needs ", rule.requirement.text));
  }
  return rules;
}

bool Acquires(const Step& step) {
  return step.kind == StepKind::kLock || step.kind == StepKind::kTryLock;
}

}  // namespace

void Explainer::OnStep(const Task& task, const Step& step) {
  if (next_ != nullptr) next_->OnStep(task, step);
  EndStep();
  const std::string before = HeldBy(task);
  steps_.push_back({.number = steps_.size() + 1,
                    .task = task.name(),
                    .does = DescribeStep(step),
                    .before = before});
  if (Acquires(step) && before != "nothing") {
    steps_.back().rules.push_back(absl::StrCat("the order of ", step.what, " after ", before));
  }
  task_ = &task;
  asked_ = task.machine().rule_use();
}

void Explainer::EndStep() {
  if (task_ == nullptr) return;
  ExplainedStep& step = steps_.back();
  step.after = task_->ended() ? "nothing" : HeldBy(*task_);
  for (std::string& rule : RulesAsked(asked_, task_->machine().rule_use())) {
    step.rules.push_back(std::move(rule));
  }
  task_ = nullptr;
}

std::vector<ExplainedStep> Explainer::TakeSteps() {
  EndStep();
  return std::exchange(steps_, {});
}

}  // namespace mm_model
