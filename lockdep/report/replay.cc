#include "lockdep/report/replay.h"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lockdep/runtime.h"
#include "lockdep/validator.h"

namespace lockdep::report {
namespace {

using record::ClassEntry;
using record::DependencyEntry;
using record::EdgeEntry;
using record::Recording;
using record::ViolationEntry;

bool IsOrderViolation(ViolationKind kind) {
  return kind == ViolationKind::kLockOrderInversion ||
         kind == ViolationKind::kDeclaredOrderViolation || kind == ViolationKind::kWaitWhileHolding;
}

// What the order does not know of a class: which of its subclasses this is.
std::string WithoutSubclass(std::string name, uint8_t subclass) {
  const std::string suffix = absl::StrCat("/", subclass);
  if (subclass != 0 && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

// One engine that hears the dependencies of one recording.
class Replay final : public Observer {
 public:
  Replay(DeclaredOrder order, const ClassNames& names, const Recording& recording);

  // Classes of one name have one number.
  uint32_t NumberOf(ClassId id) const { return numbers_.at(id); }
  using Step = std::pair<uint32_t, uint32_t>;
  Step StepOf(const EdgeEntry& edge) const { return {NumberOf(edge.from), NumberOf(edge.to)}; }

  // Tells all, in the order of the recording, but the steps of `without`.
  void Run(const absl::flat_hash_set<Step>& without);

  std::vector<record::DeclaredArcEntry> arcs;
  std::vector<ViolationEntry> violations;  // Of orders only.

  void OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) override {
    arcs.push_back({Recorded(from), Recorded(to), arc.declaration});
  }
  void OnViolation(const Violation& violation) override;

 private:
  // A name and the lock that stands for all that have it.
  struct Named {
    std::string name;
    ClassId first = ClassId::kNone;
    LockMap lock;
  };

  void AddClass(const ClassEntry& entry, const ClassName& name,
                const absl::flat_hash_set<std::string>& declared);
  void Tell(const DependencyEntry& entry);
  EdgeEntry Recorded(const ViolationEdge& edge) const;
  ClassId Recorded(ClassId id) const { return named_[NumberOfOurs(id)]->first; }
  // Key 0 is that of a lock that nobody initialised.
  static uint64_t KeyOf(uint32_t number) { return uint64_t{number} + 1; }
  uint32_t NumberOfOurs(ClassId id) const {
    return static_cast<uint32_t>(validator_.classes().Get(id).key.value) - 1;
  }

  const Recording& in_;
  std::vector<std::unique_ptr<Named>> named_;  // By number.
  absl::flat_hash_map<std::string, uint32_t> number_of_name_;
  absl::flat_hash_map<ClassId, uint32_t> numbers_;
  absl::flat_hash_map<std::pair<uint32_t, ThreadId>, ThreadContext*> threads_;  // By run.
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, DependencyKind>, const DependencyEntry*>
      entries_;
  Validator validator_;
};

Replay::Replay(DeclaredOrder order, const ClassNames& names, const Recording& recording)
    : in_(recording), validator_({.observer = this, .declared_order = order}) {
  absl::flat_hash_set<std::string> declared;
  for (const DeclaredArc& arc : order) declared.insert({arc.from, arc.to});
  for (const ClassEntry& entry : in_.classes) AddClass(entry, names.at(entry.id), declared);
  for (const DependencyEntry& entry : in_.dependencies) {
    entries_.try_emplace({NumberOf(entry.from), NumberOf(entry.to), entry.kind}, &entry);
  }
}

// A class is known to the order by the first of its names that the order has.
void Replay::AddClass(const ClassEntry& entry, const ClassName& name,
                      const absl::flat_hash_set<std::string>& declared) {
  const auto [at, is_new] =
      number_of_name_.try_emplace(name.shown, static_cast<uint32_t>(named_.size()));
  numbers_.emplace(entry.id, at->second);
  if (!is_new) return;
  auto named = std::make_unique<Named>();
  named->name = WithoutSubclass(name.shown, entry.subclass);
  const std::string stable = WithoutSubclass(name.stable, entry.subclass);
  if (!declared.contains(named->name) && declared.contains(stable)) named->name = stable;
  named->first = entry.id;
  named->lock.key = {KeyOf(at->second)};
  named->lock.name = named->name.c_str();
  named->lock.address = &named->lock;
  named->lock.kind = entry.kind;
  named_.push_back(std::move(named));
}

void Replay::Run(const absl::flat_hash_set<Step>& without) {
  for (const DependencyEntry& entry : in_.dependencies) {
    if (!without.contains({NumberOf(entry.from), NumberOf(entry.to)})) Tell(entry);
  }
}

void Replay::Tell(const DependencyEntry& entry) {
  const LockMap& from = named_[NumberOf(entry.from)]->lock;
  const LockMap& to = named_[NumberOf(entry.to)]->lock;
  ThreadContext*& thread = threads_[{entry.run, entry.thread}];
  if (thread == nullptr) thread = validator_.CreateThread("");
  // Locks of one class are the run's own affair.
  if (thread == nullptr || &from == &to) return;
  validator_.Acquire(*thread, {.lock = &from, .mode = entry.from_mode});
  validator_.Acquire(*thread, {.lock = &to, .mode = entry.to_mode});
  validator_.Release(*thread, to, {});
  validator_.Release(*thread, from, {});
}

void Replay::OnViolation(const Violation& violation) {
  if (!IsOrderViolation(violation.kind)) return;
  ViolationEntry entry{.kind = violation.kind, .level = violation.level};
  for (const ViolationEdge& edge : violation.edges) entry.edges.push_back(Recorded(edge));
  const EdgeEntry& closing = entry.edges.back();
  entry.thread = closing.thread;
  entry.stack = closing.to_stack;
  entry.lock = {closing.to, closing.to_mode, closing.to_lock, closing.to_stack};
  entry.held = {{closing.from, closing.from_mode, closing.from_lock, closing.from_stack}};
  entry.run = closing.run;
  violations.push_back(std::move(entry));
}

EdgeEntry Replay::Recorded(const ViolationEdge& edge) const {
  EdgeEntry result{.from = Recorded(edge.from),
                   .to = Recorded(edge.to),
                   .from_mode = edge.from_mode,
                   .to_mode = edge.to_mode};
  if (edge.declaration != nullptr) result.declaration = edge.declaration;
  const auto found = entries_.find(
      {NumberOfOurs(edge.from), NumberOfOurs(edge.to), Classify(edge.from_mode, edge.to_mode)});
  if (edge.thread == ThreadId::kNone || found == entries_.end()) return result;
  const DependencyEntry& entry = *found->second;
  result.thread = entry.thread;
  result.from_lock.value = entry.from_lock;
  result.to_lock.value = entry.to_lock;
  result.from_stack = entry.from_stack;
  result.to_stack = entry.to_stack;
  result.run = entry.run;
  return result;
}

// For each cycle that a run told, one step without which it is none.
absl::flat_hash_set<Replay::Step> StepsToldOf(const Replay& replay, const Recording& recording) {
  absl::flat_hash_set<Replay::Step> told;
  for (const ViolationEntry& violation : recording.violations) {
    if (!IsOrderViolation(violation.kind) || violation.edges.empty()) continue;
    const bool is_broken =
        std::any_of(violation.edges.begin(), violation.edges.end(),
                    [&](const EdgeEntry& edge) { return told.contains(replay.StepOf(edge)); });
    if (!is_broken) told.insert(replay.StepOf(violation.edges.back()));
  }
  return told;
}

// Names whose classes only a number tells from others.
absl::flat_hash_set<uint32_t> NumberedClasses(const Replay& replay, const Recording& recording) {
  using Likeness = std::tuple<LockKind, ClassOrigin, uint8_t, std::string, uint64_t>;
  absl::flat_hash_map<Likeness, std::vector<ClassId>> alike;
  for (const ClassEntry& entry : recording.classes) {
    alike[{entry.kind, entry.origin_kind, entry.subclass, entry.name, entry.origin.value}]
        .push_back(entry.id);
  }
  absl::flat_hash_set<uint32_t> numbered;
  for (const auto& [likeness, classes] : alike) {
    if (classes.size() < 2) continue;
    for (const ClassId id : classes) numbered.insert(replay.NumberOf(id));
  }
  return numbered;
}

}  // namespace

void EnforceOrder(DeclaredOrder order, const ClassNames& names, Recording* recording) {
  if (order.empty()) return;
  Replay replay(order, names, *recording);
  replay.Run({});
  std::vector<ViolationEntry> broken = std::move(replay.violations);
  std::erase_if(broken, [](const ViolationEntry& violation) {
    return violation.kind != ViolationKind::kDeclaredOrderViolation;
  });
  absl::flat_hash_set<Replay::Step> told;
  for (const ViolationEntry& violation : broken) told.insert(replay.StepOf(violation.edges.back()));
  // A cycle that needs a step which is told already goes away with it.
  std::erase_if(recording->violations, [&](const ViolationEntry& violation) {
    return IsOrderViolation(violation.kind) &&
           std::any_of(violation.edges.begin(), violation.edges.end(), [&](const EdgeEntry& edge) {
             return edge.declaration.empty() && told.contains(replay.StepOf(edge));
           });
  });
  for (ViolationEntry& violation : broken) recording->violations.push_back(std::move(violation));
  for (record::DeclaredArcEntry& arc : replay.arcs) {
    recording->declared_arcs.push_back(std::move(arc));
  }
}

void FindAcrossRuns(const ClassNames& names, Recording* recording) {
  if (recording->runs.size() < 2) return;
  Replay replay({}, names, *recording);
  const absl::flat_hash_set<uint32_t> numbered = NumberedClasses(replay, *recording);
  replay.Run(StepsToldOf(replay, *recording));
  for (ViolationEntry& violation : replay.violations) {
    violation.across_runs = true;
    if (violation.kind == ViolationKind::kWaitWhileHolding) {
      violation.level = Level::kNote;
      violation.reasons.push_back({.text = "wait-of-another-run"});
    }
    const bool is_guess = std::any_of(
        violation.edges.begin(), violation.edges.end(),
        [&](const EdgeEntry& edge) { return numbered.contains(replay.NumberOf(edge.from)); });
    if (is_guess) {
      violation.level = Level::kNote;
      violation.reasons.push_back({.text = "weak-class"});
    }
    recording->violations.push_back(std::move(violation));
  }
}

}  // namespace lockdep::report
