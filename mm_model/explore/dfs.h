// Every execution that differs from the others in a way that can matter: depth-
// first search over all choices, less those that only swap steps which do not
// conflict.
//
// Two executions that differ by such swaps pass through the same states, so one
// of them is enough.  The reduction is source-DPOR with sleep sets: while an
// execution runs, each race that is seen (two conflicting steps of two tasks
// with nothing in between that forces their order) adds to the state before the
// first step a task that leads to the other order; a task that was tried in a
// state sleeps there until a step conflicts with what it would do.
//
// It relies on what a step touches being all told (Machine::Touch), and on
// equal choices giving equal executions.
//
// Source: Abdulla, Aronsson, Jonsson, Sagonas, "Optimal dynamic partial order
// reduction", POPL 2014; waits as in Flanagan and Godefroid, POPL 2005.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_EXPLORE_DFS_H_
#define MM_MODEL_EXPLORE_DFS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "mm_model/explore/race_table.h"
#include "mm_model/scheduler.h"

namespace mm_model {

enum class Reduction : uint8_t { kNone, kPartialOrder };

class Dfs final : public Strategy {
 public:
  explicit Dfs(Reduction reduction) : reduction_(reduction) {}

  // After an execution: prepares the next one.  Returns false if there is none:
  // everything has been seen.
  bool Advance();

  // Steps of the present execution.
  size_t depth() const { return nodes_.size(); }
  // States on the present path in which there is more to try.
  size_t open_choices() const;

  void BeginExecution() override;
  TaskId ChooseNext(const Situation& situation) override;
  void OnStepDone(const DoneStep& step) override;
  void OnBlocked(TaskId task, const SharedAccess& access) override;

 private:
  struct Range {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  // A task that was tried in a state, or in one before it with the same result.
  struct Sleeper {
    TaskId task;
    Range touches;  // What its next step touches.
  };
  // A state, and the step that was chosen there.
  struct Node {
    TaskSet runnable = 0;
    TaskSet backtrack = 0;  // To be tried here, or tried already.
    TaskSet done = 0;       // Tried here, the present one included.
    TaskSet sleeping = 0;
    Range sleepers;  // In sleepers_.
    TaskId task = kNobody;
    bool had_condition = false;
    bool releases = false;  // It gives a lock back.
    uint32_t number = 0;    // It is the task's number-th step, from 1.
    Range touches;          // In accesses_.
    VectorClock clock;      // Of the step.
  };

  Footprint At(Range range) const {
    return {accesses_.data() + range.begin, range.end - range.begin};
  }
  // Whether the step comes before everything that has this clock.
  static bool Precedes(const Node& step, const VectorClock& clock) {
    return clock[step.task] >= step.number;
  }
  // A step that some access conflicts with, as far as is known so far.
  struct Candidate {
    int32_t step;
    const void* object;
  };

  // A step in question, of which it is asked what else could have come first.
  struct Question {
    TaskId task;
    bool has_condition;
    VectorClock before;        // Of the task's step before it.
    const VectorClock* clock;  // Its own; null if it is never done.
  };

  TaskId NewNode(const Situation& situation);
  void InheritSleepers(Node* node);
  void StoreFootprint(Node* node, Footprint footprint);
  void Order(Node* node);
  void NoteAccesses(const Node& node, int32_t index);
  void CollectCandidates(const SharedAccess& access, TaskId task);
  void FindRaces(const Question& question);
  bool IsOrdered(const Candidate& candidate) const;
  void ConsiderRaces(Candidate candidate, const Question& question);
  int32_t PreviousAccess(const Candidate& candidate) const;
  void AddBacktrack(int32_t earlier, const Question& question);
  TaskSet Initials(int32_t earlier, const Question& question) const;
  VectorClock ClockOf(TaskId task) const {
    return last_step_[task] < 0 ? VectorClock{} : nodes_[last_step_[task]].clock;
  }

  const Reduction reduction_;
  std::vector<Node> nodes_;             // The path of the present execution.
  std::vector<Sleeper> sleepers_;       // Of all nodes, in their order.
  std::vector<SharedAccess> accesses_;  // Of all nodes and sleepers, in their order.
  // For each of accesses_: the last step before with such an access of the
  // object (exclusive; or shared, by the same task), or kNone.
  std::vector<int32_t> previous_;
  RaceTable races_;
  std::vector<Candidate> candidates_;           // Storage of FindRaces.
  size_t position_ = 0;                         // Nodes passed in this execution.
  size_t replayed_ = 0;                         // Nodes whose steps were done before.
  TaskSet seen_ = 0;                            // Tasks that ever were runnable.
  std::array<int32_t, kMaxTasks> last_step_{};  // Of each task; kNone.
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_DFS_H_
