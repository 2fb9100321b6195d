// An execution step by step: who did what, which locks the task held before and
// after, and which rules were asked.  Longer than a story (story.h), which is for
// seeing where tasks got into each other's way.
//
// Thread safety: used by the thread that runs the model.

#ifndef MM_MODEL_EXPLORE_EXPLANATION_H_
#define MM_MODEL_EXPLORE_EXPLANATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "mm_model/scheduler.h"

namespace mm_model {

struct ExplainedStep {
  uint64_t number = 0;  // Counted from 1.
  std::string task;
  std::string does;    // "read-lock mm->mmap_lock"
  std::string before;  // What the task held: see HeldBy.
  std::string after;
  std::vector<std::string> rules;  // Those that were asked, each with what it needs.
};

// Writes down the steps of the execution that it observes.
class Explainer final : public StepObserver {
 public:
  // Hears of every step also in place of `next`, if there is one.
  explicit Explainer(StepObserver* next = nullptr) : next_(next) {}

  void OnStep(const Task& task, const Step& step) override;

  // After the execution, before the next one: all of its steps.
  std::vector<ExplainedStep> TakeSteps();

 private:
  void EndStep();

  StepObserver* const next_;
  std::vector<ExplainedStep> steps_;
  const Task* task_ = nullptr;   // Who does the newest of them; null: it is complete.
  Machine::RuleUse asked_ = {};  // When it began.
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_EXPLANATION_H_
