#include "lockdep/report/replay.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lockdep/runtime.h"
#include "lockdep/validator.h"

namespace lockdep::report {
namespace {

using record::DependencyEntry;
using record::EdgeEntry;
using record::Recording;
using record::ViolationEntry;

bool IsOrderViolation(ViolationKind kind) {
  return kind == ViolationKind::kLockOrderInversion ||
         kind == ViolationKind::kDeclaredOrderViolation;
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
  Replay(DeclaredOrder order, const ClassNames& names, const Recording& recording)
      : in_(recording), validator_({.observer = this, .declared_order = order}) {
    AddLocks(order, names);
    for (const DependencyEntry& entry : in_.dependencies) {
      entries_.try_emplace({entry.from, entry.to, entry.kind}, &entry);
    }
  }

  // The order of the recording is that of discovery.
  void Run() {
    for (const DependencyEntry& entry : in_.dependencies) Tell(entry);
  }

  std::vector<record::DeclaredArcEntry> TakeArcs() { return std::move(arcs_); }
  std::vector<ViolationEntry> TakeViolations() { return std::move(violations_); }

  void OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) override {
    arcs_.push_back({Recorded(from), Recorded(to), arc.declaration});
  }

  void OnViolation(const Violation& violation) override {
    if (violation.kind != ViolationKind::kDeclaredOrderViolation) return;
    ViolationEntry entry{.kind = violation.kind, .level = violation.level};
    for (const ViolationEdge& edge : violation.edges) entry.edges.push_back(Recorded(edge));
    const EdgeEntry& closing = entry.edges.back();
    entry.thread = closing.thread;
    entry.stack = closing.to_stack;
    entry.lock = {closing.to, closing.to_mode, closing.to_lock, closing.to_stack};
    entry.held = {{closing.from, closing.from_mode, closing.from_lock, closing.from_stack}};
    violations_.push_back(std::move(entry));
  }

 private:
  void AddLocks(DeclaredOrder order, const ClassNames& names);
  void Tell(const DependencyEntry& entry);
  ThreadContext* ThreadOf(ThreadId id);
  EdgeEntry Recorded(const ViolationEdge& edge) const;
  ClassId Recorded(ClassId id) const {
    return static_cast<ClassId>(validator_.classes().Get(id).key.value);
  }

  const Recording& in_;
  absl::node_hash_map<ClassId, std::string> names_;
  absl::flat_hash_map<ClassId, std::unique_ptr<LockMap>> locks_;
  absl::flat_hash_map<ThreadId, ThreadContext*> threads_;
  absl::flat_hash_map<std::tuple<ClassId, ClassId, DependencyKind>, const DependencyEntry*>
      entries_;
  std::vector<record::DeclaredArcEntry> arcs_;
  std::vector<ViolationEntry> violations_;
  Validator validator_;
};

// A class is known to the order by the first of its names that the order has.
void Replay::AddLocks(DeclaredOrder order, const ClassNames& names) {
  absl::flat_hash_set<absl::string_view> declared;
  for (const DeclaredArc& arc : order) declared.insert({arc.from, arc.to});
  for (const record::ClassEntry& entry : in_.classes) {
    const auto found = names.find(entry.id);
    if (found == names.end()) continue;
    std::string name = WithoutSubclass(found->second.shown, entry.subclass);
    const std::string stable = WithoutSubclass(found->second.stable, entry.subclass);
    if (!declared.contains(name) && declared.contains(stable)) name = stable;
    const std::string& kept = names_.emplace(entry.id, std::move(name)).first->second;
    locks_.emplace(entry.id, std::make_unique<LockMap>(ClassKey{static_cast<uint64_t>(entry.id)},
                                                       kept.c_str(), entry.kind));
  }
}

ThreadContext* Replay::ThreadOf(ThreadId id) {
  ThreadContext*& thread = threads_[id];
  if (thread == nullptr) thread = validator_.CreateThread("");
  return thread;
}

void Replay::Tell(const DependencyEntry& entry) {
  ThreadContext* thread = ThreadOf(entry.thread);
  // Locks of one class are the run's own affair.
  if (thread == nullptr || entry.from == entry.to) return;
  const LockMap& from = *locks_.at(entry.from);
  const LockMap& to = *locks_.at(entry.to);
  validator_.Acquire(*thread, {.lock = &from, .mode = entry.from_mode});
  validator_.Acquire(*thread, {.lock = &to, .mode = entry.to_mode});
  validator_.Release(*thread, to, {});
  validator_.Release(*thread, from, {});
}

EdgeEntry Replay::Recorded(const ViolationEdge& edge) const {
  EdgeEntry result{.from = Recorded(edge.from),
                   .to = Recorded(edge.to),
                   .from_mode = edge.from_mode,
                   .to_mode = edge.to_mode};
  if (edge.declaration != nullptr) result.declaration = edge.declaration;
  const auto found =
      entries_.find({result.from, result.to, Classify(edge.from_mode, edge.to_mode)});
  if (edge.thread == ThreadId::kNone || found == entries_.end()) return result;
  const DependencyEntry& entry = *found->second;
  result.thread = entry.thread;
  result.from_lock.value = entry.from_lock;
  result.to_lock.value = entry.to_lock;
  result.from_stack = entry.from_stack;
  result.to_stack = entry.to_stack;
  return result;
}

}  // namespace

void EnforceOrder(DeclaredOrder order, const ClassNames& names, Recording* recording) {
  if (order.empty()) return;
  Replay replay(order, names, *recording);
  replay.Run();
  std::vector<ViolationEntry> broken = replay.TakeViolations();
  absl::flat_hash_set<std::pair<ClassId, ClassId>> told;
  for (const ViolationEntry& violation : broken) {
    told.emplace(violation.edges.back().from, violation.edges.back().to);
  }
  // A cycle that needs a step which is told already goes away with it.
  std::erase_if(recording->violations, [&](const ViolationEntry& violation) {
    return IsOrderViolation(violation.kind) &&
           std::any_of(violation.edges.begin(), violation.edges.end(), [&](const EdgeEntry& edge) {
             return edge.declaration.empty() && told.contains(std::make_pair(edge.from, edge.to));
           });
  });
  for (ViolationEntry& violation : broken) recording->violations.push_back(std::move(violation));
  for (record::DeclaredArcEntry& arc : replay.TakeArcs()) {
    recording->declared_arcs.push_back(std::move(arc));
  }
}

}  // namespace lockdep::report
