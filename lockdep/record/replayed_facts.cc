#include "lockdep/record/replayed_facts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lockdep::record {
namespace {

template <typename Id>
Id Mapped(const absl::flat_hash_map<Id, Id>& ids, Id id) {
  const auto found = ids.find(id);
  return found == ids.end() ? Id::kNone : found->second;
}

template <typename Id, typename Entry>
Id FreshId(const absl::flat_hash_map<Id, size_t>& index, const std::vector<Entry>& entries) {
  auto id = static_cast<uint32_t>(entries.size());
  while (index.contains(static_cast<Id>(++id))) {
  }
  return static_cast<Id>(id);
}

// What the finding is about, whatever it is worth.
std::string AboutWhat(const ViolationEntry& entry) {
  std::string key =
      absl::StrCat(static_cast<int>(entry.kind), ":", static_cast<uint32_t>(entry.lock.class_id));
  for (const EdgeEntry& edge : entry.edges) {
    absl::StrAppend(&key, " ", static_cast<uint32_t>(edge.from), ">",
                    static_cast<uint32_t>(edge.to), "/", static_cast<int>(edge.from_mode),
                    static_cast<int>(edge.to_mode));
  }
  if (entry.edges.empty()) absl::StrAppend(&key, "@", static_cast<uint32_t>(entry.stack));
  return key;
}

}  // namespace

ReplayedFacts::ReplayedFacts(Recording& recording) : recording_(recording) {
  for (size_t i = 0; i < recording.modules.size(); ++i) {
    const Module& module = recording.modules[i];
    modules_.Add(module.begin, module.end, static_cast<int32_t>(i));
  }
  for (const ClassEntry& entry : recording.classes) {
    class_of_key_.try_emplace({entry.key, entry.subclass}, entry.id);
  }
  for (const StackEntry& entry : recording.stacks) {
    std::vector<uint64_t> pcs;
    for (const Address& pc : entry.pcs) pcs.push_back(pc.value);
    stack_of_pcs_.try_emplace(std::move(pcs), entry.id);
  }
  for (size_t i = 0; i < recording.violations.size(); ++i) {
    recorded_[AboutWhat(recording.violations[i])].push_back(i);
  }
}

Address ReplayedFacts::At(const void* address) const {
  const auto value = reinterpret_cast<uintptr_t>(address);
  return {value, modules_.Find(value)};
}

ThreadId ReplayedFacts::Thread(ThreadId engines) const { return Mapped(threads_, engines); }
ClassId ReplayedFacts::Class(ClassId engines) const { return Mapped(classes_, engines); }
StackId ReplayedFacts::Stack(StackId engines) const { return Mapped(stacks_, engines); }

void ReplayedFacts::AddClass(const LockClass& lock_class) {
  const auto [at, is_new] =
      class_of_key_.try_emplace({lock_class.key.value, lock_class.subclass}, ClassId::kNone);
  if (is_new) {
    ClassEntry entry;
    entry.id = FreshId(recording_.class_index, recording_.classes);
    entry.subclass = lock_class.subclass;
    entry.kind = lock_class.kind;
    entry.origin_kind = lock_class.origin_kind;
    entry.key = lock_class.key.value;
    entry.origin = At(reinterpret_cast<const void*>(lock_class.origin));
    entry.first_instance = At(lock_class.first_instance);
    if (lock_class.name != nullptr) entry.name = lock_class.name;
    entry.wait_inner = lock_class.wait_inner;
    entry.wait_outer = lock_class.wait_outer;
    entry.role = lock_class.role;
    at->second = entry.id;
    recording_.class_index.emplace(entry.id, recording_.classes.size());
    recording_.classes.push_back(std::move(entry));
  }
  classes_[lock_class.id] = at->second;
}

void ReplayedFacts::AddStack(StackId id, std::span<const uintptr_t> pcs) {
  const auto [at, is_new] =
      stack_of_pcs_.try_emplace(std::vector<uint64_t>(pcs.begin(), pcs.end()), StackId::kNone);
  if (is_new) {
    StackEntry entry;
    entry.id = FreshId(recording_.stack_index, recording_.stacks);
    for (const uintptr_t pc : pcs) entry.pcs.push_back(At(reinterpret_cast<const void*>(pc)));
    at->second = entry.id;
    recording_.stack_index.emplace(entry.id, recording_.stacks.size());
    recording_.stacks.push_back(std::move(entry));
  }
  stacks_[id] = at->second;
}

void ReplayedFacts::AddDependency(const Dependency& edge, const Witness& witness) {
  dependencies_.push_back({.from = Class(edge.from),
                           .to = Class(edge.to),
                           .kind = witness.kind,
                           .from_mode = witness.from_mode,
                           .to_mode = witness.to_mode,
                           .thread = Thread(witness.thread),
                           .from_lock = reinterpret_cast<uintptr_t>(witness.from_lock),
                           .to_lock = reinterpret_cast<uintptr_t>(witness.to_lock),
                           .from_stack = Stack(witness.from_stack),
                           .to_stack = Stack(witness.to_stack)});
}

void ReplayedFacts::KeepFirstDependencies(size_t count) {
  dependencies_.assign(recording_.dependencies.begin(),
                       recording_.dependencies.begin() + static_cast<ptrdiff_t>(count));
  for (size_t i = 0; i < count; ++i) {
    const DependencyEntry& entry = dependencies_[i];
    inherited_.try_emplace({entry.from, entry.to, entry.kind}, i);
  }
}

LockEntry ReplayedFacts::Lock(const ViolationLock& lock) const {
  return {Class(lock.class_id), lock.mode, At(lock.address), Stack(lock.stack)};
}

// The engine knows who took an inherited step, and where, from nobody but us.
EdgeEntry ReplayedFacts::Edge(const ViolationEdge& edge) const {
  EdgeEntry entry{.from = Class(edge.from),
                  .to = Class(edge.to),
                  .from_mode = edge.from_mode,
                  .to_mode = edge.to_mode,
                  .thread = Thread(edge.thread),
                  .from_lock = At(edge.from_lock),
                  .to_lock = At(edge.to_lock),
                  .from_stack = Stack(edge.from_stack),
                  .to_stack = Stack(edge.to_stack)};
  const auto found =
      inherited_.find({entry.from, entry.to, Classify(edge.from_mode, edge.to_mode)});
  if (entry.thread != ThreadId::kNone || found == inherited_.end()) return entry;
  const DependencyEntry& known = dependencies_[found->second];
  entry.thread = known.thread;
  entry.from_lock = At(reinterpret_cast<const void*>(known.from_lock));
  entry.to_lock = At(reinterpret_cast<const void*>(known.to_lock));
  entry.from_stack = known.from_stack;
  entry.to_stack = known.to_stack;
  return entry;
}

void ReplayedFacts::AddViolation(const Violation& violation) {
  ViolationEntry entry{.kind = violation.kind,
                       .level = violation.level,
                       .thread = Thread(violation.thread),
                       .owner = Thread(violation.owner),
                       .stack = Stack(violation.stack),
                       .lock = Lock(violation.lock)};
  for (const ViolationEdge& edge : violation.edges) entry.edges.push_back(Edge(edge));
  for (const ViolationLock& lock : violation.held) entry.held.push_back(Lock(lock));
  if (violation.subject != nullptr) entry.subject = violation.subject;
  if (violation.rule != nullptr) entry.rule = violation.rule;
  entry.wait = violation.wait;
  entry.wait_limit = violation.wait_limit;
  entry.running_in = violation.running_in;
  entry.interruptible_by = violation.interruptible_by;
  if (!KeepRecorded(AboutWhat(entry))) violations_.push_back(std::move(entry));
}

bool ReplayedFacts::KeepRecorded(const std::string& finding) {
  const auto found = recorded_.find(finding);
  if (found == recorded_.end()) return false;
  for (const size_t i : found->second) violations_.push_back(recording_.violations[i]);
  found->second.clear();
  return true;
}

std::string ReplayedFacts::KeepViolation(uint64_t number) {
  if (number == 0 || number > recording_.violations.size()) {
    return absl::StrCat("finding ", number, " is not there");
  }
  KeepRecorded(AboutWhat(recording_.violations[number - 1]));
  return {};
}

LoggedLock ReplayedFacts::DescribeLock(ClassId recorded) const {
  const ClassEntry& entry = *recording_.FindClass(recorded);
  LoggedLock lock;
  lock.id = static_cast<uint64_t>(recorded);
  lock.key = ClassKey{entry.key};
  lock.address = entry.first_instance.value;
  lock.origin = entry.origin.value;
  lock.origin_kind = entry.origin_kind;
  lock.kind = entry.kind;
  lock.wait_inner = entry.wait_inner;
  lock.wait_outer = entry.wait_outer;
  lock.role = entry.role;
  lock.name = entry.name;
  return lock;
}

void ReplayedFacts::Replace() {
  recording_.dependencies = std::move(dependencies_);
  recording_.violations = std::move(violations_);
}

}  // namespace lockdep::record
