// What the tests of the model share: a machine, tasks given as lambdas, and what
// the engine found, as short lines.

#ifndef TESTS_MM_MODEL_MODEL_TEST_H_
#define TESTS_MM_MODEL_MODEL_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mm_model/scenario.h"
#include "mm_model/scheduler.h"
#include "mm_model/strategies.h"

namespace mm_model {

struct Found {
  lockdep::ViolationKind kind;
  std::string subject;
  std::string rule;
};

class FoundList final : public lockdep::Observer {
 public:
  void OnViolation(const lockdep::Violation& violation) override {
    const auto text = [](const char* from) { return std::string(from == nullptr ? "" : from); };
    found.push_back({violation.kind, text(violation.subject), text(violation.rule)});
  }
  std::vector<Found> found;
};

class ModelTest : public testing::Test {
 protected:
  using Body = std::function<void()>;

  // Runs the tasks on the machine; the strategy is FirstRunnable unless given.
  ExecutionResult Together(const std::vector<Body>& bodies, Strategy* strategy = nullptr,
                           uint64_t max_steps = 100'000) {
    Scheduler scheduler(machine_);
    int number = 0;
    for (const Body& body : bodies) {
      const std::string name = "task-" + std::to_string(++number);
      scheduler.Spawn(name, body, *validator_.CreateThread(name.c_str()));
    }
    FirstRunnable first;
    return scheduler.Run(strategy == nullptr ? first : *strategy, {.max_steps = max_steps});
  }

  // Runs one task, which must get to its end.
  void Alone(const Body& body) {
    const ExecutionResult result = Together({body});
    ASSERT_EQ(result.outcome, Outcome::kCompleted) << testing::PrintToString(result.story);
  }

  // "kind subject", in order.
  std::vector<std::string> Findings() const {
    std::vector<std::string> lines;
    for (const Found& each : findings_.found) {
      lines.push_back(std::string(ToString(each.kind)) +
                      (each.subject.empty() ? "" : " " + each.subject));
    }
    return lines;
  }

  FoundList findings_;
  lockdep::NativeStack stacks_;
  lockdep::Validator validator_{{.observer = &findings_, .stacks = &stacks_}};
  Machine machine_{validator_};
};

// A flag that one task raises and others wait for.
class Flag {
 public:
  void Raise() { raised_ = true; }
  void Wait() { WaitUntil({StepKind::kWait, "flag", this}, {&IsRaised, this}); }
  bool raised() const { return raised_; }

 private:
  static bool IsRaised(const void* flag, const Task& /*task*/) {
    return static_cast<const Flag*>(flag)->raised_;
  }
  bool raised_ = false;
};

// The VMA at the address as it is; there must be one.
inline vm_area_struct* PeekVma(const mm_struct& mm, unsigned long address) {
  return mm.mm_mt.peek().find(address, address)->item;
}

// Lets every other task go as far as it can first.
inline void LetOthersGoFirst() { SchedulingPoint({StepKind::kYield, "others", nullptr}); }

}  // namespace mm_model

#endif  // TESTS_MM_MODEL_MODEL_TEST_H_
