#include "mm_model/explore/dfs.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace mm_model {
namespace {

constexpr int32_t kNone = RaceTable::kNone;

void Join(VectorClock* clock, const VectorClock& other) {
  for (size_t i = 0; i < clock->size(); ++i) (*clock)[i] = std::max((*clock)[i], other[i]);
}

// Exploration rests on this; going on would claim coverage that there is not.
[[noreturn]] void DieOfDivergence() {
  std::fputs("lockdep mm: equal choices gave different executions; the model is broken\n", stderr);
  std::abort();
}

}  // namespace

size_t Dfs::open_choices() const {
  return static_cast<size_t>(std::count_if(nodes_.begin(), nodes_.end(), [](const Node& node) {
    return (node.backtrack & ~node.done & ~node.sleeping) != 0;
  }));
}

void Dfs::BeginExecution() {
  position_ = 0;
  replayed_ = nodes_.empty() ? 0 : nodes_.size() - 1;
  races_.Clear();
  last_step_.fill(kNone);
}

TaskId Dfs::ChooseNext(const Situation& situation) {
  if (position_ == nodes_.size()) return NewNode(situation);
  const Node& node = nodes_[position_++];
  if (node.runnable != situation.runnable) DieOfDivergence();
  return node.task;
}

// A state that was never seen: goes on with the same task if that is awake.
TaskId Dfs::NewNode(const Situation& situation) {
  Node node{.runnable = situation.runnable};
  seen_ |= situation.runnable;
  InheritSleepers(&node);
  const TaskSet awake = node.runnable & ~node.sleeping;
  if (awake == 0) return kNobody;  // All of this was seen in another order.
  const TaskId last = situation.last;
  node.task = last != kNobody && Contains(awake, last) ? last : FirstOf(awake);
  node.done = SetOf(node.task);
  node.backtrack = reduction_ == Reduction::kNone ? node.runnable : node.done;
  nodes_.push_back(node);
  ++position_;
  return node.task;
}

// Who slept in the state before sleeps on, unless the step there conflicts.
void Dfs::InheritSleepers(Node* node) {
  node->sleepers.begin = static_cast<uint32_t>(sleepers_.size());
  if (!nodes_.empty() && reduction_ == Reduction::kPartialOrder) {
    const Node& parent = nodes_.back();
    for (uint32_t i = parent.sleepers.begin; i < parent.sleepers.end; ++i) {
      const Sleeper sleeper = sleepers_[i];
      if (Conflict(At(sleeper.touches), At(parent.touches))) continue;
      sleepers_.push_back(sleeper);
      node->sleeping |= SetOf(sleeper.task);
    }
  }
  node->sleepers.end = static_cast<uint32_t>(sleepers_.size());
}

void Dfs::OnStepDone(const DoneStep& step) {
  const size_t index = position_ - 1;
  Node& node = nodes_[index];
  if (index >= replayed_) {
    node.had_condition = step.had_condition;
    node.releases = step.kind == StepKind::kUnlock;
    StoreFootprint(&node, step.footprint);
    Order(&node);
  }
  NoteAccesses(node, static_cast<int32_t>(index));
  last_step_[step.task] = static_cast<int32_t>(index);
}

void Dfs::StoreFootprint(Node* node, Footprint footprint) {
  node->touches.begin = static_cast<uint32_t>(accesses_.size());
  accesses_.insert(accesses_.end(), footprint.begin(), footprint.end());
  node->touches.end = static_cast<uint32_t>(accesses_.size());
  previous_.resize(accesses_.size(), kNone);
}

// Places the step in the order of what happens before what, and looks for races.
void Dfs::Order(Node* node) {
  const VectorClock before = ClockOf(node->task);
  candidates_.clear();
  for (const SharedAccess& access : At(node->touches)) CollectCandidates(access, node->task);
  node->clock = before;
  for (const Candidate& candidate : candidates_) Join(&node->clock, nodes_[candidate.step].clock);
  node->number = ++node->clock[node->task];
  if (reduction_ == Reduction::kNone) return;
  FindRaces({node->task, node->had_condition, before, &node->clock});
}

void Dfs::NoteAccesses(const Node& node, int32_t index) {
  for (uint32_t i = node.touches.begin; i < node.touches.end; ++i) {
    RaceTable::Cell& cell = races_.At(accesses_[i].object);
    if (accesses_[i].mode == AccessMode::kExclusive) {
      previous_[i] = cell.exclusive;
    } else {
      previous_[i] = Contains(cell.sharers, node.task) ? cell.shared[node.task] : kNone;
    }
    cell.Note(accesses_[i].mode, node.task, index);
  }
}

// The last steps of other tasks that conflict with the access.
void Dfs::CollectCandidates(const SharedAccess& access, TaskId task) {
  const auto add = [&](int32_t step) {
    if (nodes_[step].task == task) return;
    const auto same = [&](const Candidate& known) { return known.step == step; };
    if (std::any_of(candidates_.begin(), candidates_.end(), same)) return;
    candidates_.push_back({step, access.object});
  };
  const RaceTable::Cell& cell = races_.At(access.object);
  if (cell.exclusive != kNone) add(cell.exclusive);
  if (access.mode != AccessMode::kExclusive) return;
  for (TaskSet left = cell.sharers; left != 0; left &= left - 1) add(cell.shared[FirstOf(left)]);
}

void Dfs::FindRaces(const Question& question) {
  for (const Candidate& candidate : candidates_) {
    if (!IsOrdered(candidate)) ConsiderRaces(candidate, question);
  }
}

// Whether a third step comes between the candidate and the step in question.
bool Dfs::IsOrdered(const Candidate& candidate) const {
  return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
    return other.step != candidate.step &&
           Precedes(nodes_[candidate.step], nodes_[other.step].clock);
  });
}

// A task cannot come before the unlock that it waits for, but perhaps before the
// lock: goes back to the last step that it could have preceded.
void Dfs::ConsiderRaces(Candidate candidate, const Question& question) {
  for (; candidate.step != kNone; candidate.step = PreviousAccess(candidate)) {
    const Node& node = nodes_[candidate.step];
    if (node.task == question.task || Precedes(node, question.before)) return;
    if (question.has_condition && node.releases) continue;
    const bool moved_since = last_step_[question.task] > candidate.step;
    if (!moved_since && !Contains(node.runnable, question.task)) continue;
    AddBacktrack(candidate.step, question);
    // Where it would have waited, then, it is not known to have been able to go on.
    if (!question.has_condition || !moved_since) return;
  }
}

int32_t Dfs::PreviousAccess(const Candidate& candidate) const {
  const Range touches = nodes_[candidate.step].touches;
  for (uint32_t i = touches.begin; i < touches.end; ++i) {
    if (accesses_[i].object == candidate.object) return previous_[i];
  }
  return kNone;
}

void Dfs::AddBacktrack(int32_t earlier, const Question& question) {
  Node& node = nodes_[earlier];
  const TaskSet leading = Initials(earlier, question) & node.runnable;
  if ((leading & node.backtrack) != 0) return;
  node.backtrack |= leading == 0                       ? node.runnable
                    : Contains(leading, question.task) ? SetOf(question.task)
                                                       : SetOf(FirstOf(leading));
}

// Those whose next step, done in the state before `earlier`, leads to where the
// step in question comes first: the first steps of what follows `earlier` without
// needing it.
TaskSet Dfs::Initials(int32_t earlier, const Question& question) const {
  if (CountOf(seen_) <= 2) return SetOf(question.task);
  const Node& from = nodes_[earlier];
  const Node* firsts[kMaxTasks] = {};
  TaskSet initials = 0;
  const auto needs_none = [&](const VectorClock& of) {
    return std::none_of(std::begin(firsts), std::end(firsts), [&](const Node* first) {
      return first != nullptr && Precedes(*first, of);
    });
  };
  for (size_t i = static_cast<size_t>(earlier) + 1; i + 1 < position_; ++i) {
    const Node& node = nodes_[i];
    if (Precedes(from, node.clock) || firsts[node.task] != nullptr) continue;
    if (needs_none(node.clock)) initials |= SetOf(node.task);
    firsts[node.task] = &node;
  }
  if (firsts[question.task] != nullptr) return initials;
  const bool leads = question.clock == nullptr || needs_none(*question.clock);
  return leads ? initials | SetOf(question.task) : initials;
}

// What it waits for may come in another order.
void Dfs::OnBlocked(TaskId task, const SharedAccess& access) {
  if (reduction_ == Reduction::kNone || access.object == nullptr) return;
  candidates_.clear();
  CollectCandidates(access, task);
  ++position_;  // As if the step were there.
  FindRaces({task, /*has_condition=*/true, ClockOf(task), nullptr});
  --position_;
}

bool Dfs::Advance() {
  while (!nodes_.empty()) {
    Node& node = nodes_.back();
    accesses_.resize(node.touches.end);
    previous_.resize(node.touches.end);
    sleepers_.resize(node.sleepers.end);
    sleepers_.push_back({node.task, node.touches});
    ++node.sleepers.end;
    node.sleeping |= SetOf(node.task);
    const TaskSet next = node.backtrack & ~node.sleeping;
    if (next != 0) {
      node.task = FirstOf(next);
      node.done |= SetOf(node.task);
      return true;
    }
    sleepers_.resize(node.sleepers.begin);
    nodes_.pop_back();
  }
  return false;
}

}  // namespace mm_model
