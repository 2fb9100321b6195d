// A merger's facts as a recording: everything sorted by contents, and only the
// stacks and threads that a fact still names.

#include <algorithm>
#include <numeric>
#include <utility>

#include "lockdep/record/merge_facts.h"

namespace lockdep::record {
namespace {

// Which numbers of a pool are written, and as which ids (from 1).
class Selection {
 public:
  explicit Selection(uint32_t size) : ids_(size, 0) {}

  void Use(uint32_t number) {
    if (number != kNone && std::exchange(ids_[number], 1) == 0) chosen_.push_back(number);
  }

  template <typename Compare>
  void Sort(const Compare& compare) {
    std::sort(chosen_.begin(), chosen_.end(),
              [&](uint32_t a, uint32_t b) { return compare(a, b) < 0; });
    for (size_t i = 0; i < chosen_.size(); ++i) ids_[chosen_[i]] = static_cast<uint32_t>(i + 1);
  }

  const std::vector<uint32_t>& chosen() const { return chosen_; }
  uint32_t id(uint32_t number) const { return number == kNone ? 0 : ids_[number]; }

 private:
  std::vector<uint32_t> ids_;
  std::vector<uint32_t> chosen_;
};

class Output {
 public:
  explicit Output(const MergeFacts& facts)
      : facts_(facts),
        stacks_(facts.stacks.size()),
        threads_(facts.threads.size()),
        classes_(facts.classes.size()),
        contexts_(facts.contexts.size()),
        runs_(facts.runs.size()) {}

  Recording Make();

 private:
  void Select();
  void Use(const MergedEdge& edge);
  void Use(const MergedLock& lock) { stacks_.Use(lock.stack); }
  void Use(const MergedSide& side) {
    Use(side.lock);
    threads_.Use(side.thread);
  }
  void Use(const MergedViolation& violation);
  void AddNames();
  void AddClasses();
  void AddFacts();
  void AddChains();
  void AddLockStats();

  Address AddressOf(const Place& place) const;
  StackId Stack(uint32_t number) const { return static_cast<StackId>(stacks_.id(number)); }
  ThreadId Thread(uint32_t number) const { return static_cast<ThreadId>(threads_.id(number)); }
  ClassId Class(uint32_t number) const { return static_cast<ClassId>(classes_.id(number)); }
  // Runs are told by index, not by id.
  uint32_t Run(uint32_t number) const { return runs_.id(number) - 1; }
  LockEntry Lock(const MergedLock& lock) const {
    return {Class(lock.lock_class), lock.mode, AddressOf(lock.address), Stack(lock.stack)};
  }
  UsageOfLock Side(const MergedSide& side) const {
    return {Class(side.lock.lock_class), side.lock.mode, Thread(side.thread),
            AddressOf(side.lock.address), Stack(side.lock.stack)};
  }
  UsageEntry Usage(const MergedUsage& usage) const;
  ContextSet Contexts(const std::vector<uint32_t>& numbers) const;
  EdgeEntry Edge(const MergedEdge& edge) const;
  DependencyEntry Dependency(const MergedDependency& dependency) const;
  ViolationEntry Violation(const MergedViolation& violation) const;

  const MergeFacts& facts_;
  std::vector<int32_t> modules_;  // By number.
  Selection stacks_, threads_, classes_, contexts_, runs_;
  std::vector<const MergedDependency*> dependencies_;
  std::vector<const MergedUsage*> usages_;
  std::vector<const MergedViolation*> violations_;
  Recording out_;
};

void Output::Use(const MergedEdge& edge) {
  stacks_.Use(edge.from_stack);
  stacks_.Use(edge.to_stack);
  threads_.Use(edge.thread);
}

void Output::Use(const MergedViolation& violation) {
  stacks_.Use(violation.stack);
  threads_.Use(violation.thread);
  threads_.Use(violation.owner);
  Use(violation.lock);
  Use(violation.used);
  Use(violation.enabled);
  for (const MergedEdge& edge : violation.edges) Use(edge);
  for (const MergedLock& lock : violation.held) Use(lock);
  for (const uint32_t context : violation.running_in) contexts_.Use(context);
  for (const uint32_t context : violation.interruptible_by) contexts_.Use(context);
}

void Output::Select() {
  for (uint32_t i = 0; i < facts_.classes.size(); ++i) {
    classes_.Use(i);
    stacks_.Use(facts_.class_data[i].origin_stack);
  }
  for (uint32_t i = 0; i < facts_.runs.size(); ++i) runs_.Use(i);
  for (const auto& [key, dependency] : facts_.dependencies) {
    Use(dependency.edge);
    dependencies_.push_back(&dependency);
  }
  for (const auto& [key, usage] : facts_.usages) {
    Use(usage.side);
    contexts_.Use(usage.context);
    usages_.push_back(&usage);
  }
  for (uint32_t i = 0; i < facts_.chains.size(); ++i) {
    for (const uint32_t context : facts_.chains[i].contexts) contexts_.Use(context);
  }
  for (const auto& [key, violation] : facts_.violations) {
    Use(violation);
    violations_.push_back(&violation);
  }
  stacks_.Sort([&](uint32_t a, uint32_t b) { return facts_.CompareStacks(a, b); });
  threads_.Sort([&](uint32_t a, uint32_t b) { return facts_.CompareThreads(a, b); });
  classes_.Sort([&](uint32_t a, uint32_t b) { return facts_.CompareClasses(a, b); });
  runs_.Sort([&](uint32_t a, uint32_t b) { return facts_.CompareRuns(a, b); });
  contexts_.Sort([&](uint32_t a, uint32_t b) { return facts_.contexts[a] <=> facts_.contexts[b]; });
  std::sort(usages_.begin(), usages_.end(),
            [&](const auto* a, const auto* b) { return facts_.CompareUsages(*a, *b) < 0; });
  std::sort(dependencies_.begin(), dependencies_.end(),
            [&](const auto* a, const auto* b) { return facts_.CompareDependencies(*a, *b) < 0; });
  std::sort(violations_.begin(), violations_.end(),
            [&](const auto* a, const auto* b) { return facts_.CompareViolations(*a, *b) < 0; });
}

Address Output::AddressOf(const Place& place) const {
  if (place.module == Address::kNoModule) return {place.value, Address::kNoModule};
  const int32_t index = modules_[static_cast<size_t>(place.module)];
  const Module& module = out_.modules[static_cast<size_t>(index)];
  const uint64_t value = place.value + module.bias;
  // Beyond what of the module can be laid out: nothing can be told of it.
  if (value < module.begin || value >= module.end) return {};
  return {value, index};
}

void Output::AddNames() {
  out_.modules = facts_.modules.LayOut(&modules_);
  for (const uint32_t number : stacks_.chosen()) {
    StackEntry entry{.id = Stack(number)};
    for (const Place& place : facts_.stacks[number]) entry.pcs.push_back(AddressOf(place));
    out_.stack_index.emplace(entry.id, out_.stacks.size());
    out_.stacks.push_back(std::move(entry));
  }
  for (const uint32_t number : threads_.chosen()) {
    const auto& [thread, name] = facts_.threads[number];
    out_.thread_index.emplace(Thread(number), out_.threads.size());
    out_.threads.push_back({Thread(number), name, thread});
  }
  // There are no more bits than this; what comes after them is lost.
  for (const uint32_t number : contexts_.chosen()) {
    if (out_.contexts.size() == kMaxContextBits) break;
    out_.contexts.push_back({static_cast<uint8_t>(out_.contexts.size()), facts_.contexts[number]});
  }
  for (const uint32_t number : runs_.chosen()) out_.runs.push_back(facts_.run_data[number]);
}

void Output::AddClasses() {
  for (const uint32_t number : classes_.chosen()) {
    const ClassIdentity& identity = facts_.classes[number];
    const MergedClass& data = facts_.class_data[number];
    out_.class_index.emplace(Class(number), out_.classes.size());
    out_.classes.push_back({.id = Class(number),
                            .subclass = identity.subclass,
                            .kind = identity.kind,
                            .origin_kind = identity.origin_kind,
                            .key = classes_.id(number),
                            .origin = AddressOf(identity.origin),
                            .first_instance = AddressOf(data.first_instance),
                            .name = identity.name,
                            .wait_inner = identity.wait_inner,
                            .wait_outer = identity.wait_outer,
                            .role = identity.role,
                            .origin_stack = Stack(data.origin_stack)});
  }
}

EdgeEntry Output::Edge(const MergedEdge& edge) const {
  return {.from = Class(edge.from),
          .to = Class(edge.to),
          .from_mode = edge.from_mode,
          .to_mode = edge.to_mode,
          .thread = Thread(edge.thread),
          .from_lock = AddressOf(edge.from_lock),
          .to_lock = AddressOf(edge.to_lock),
          .from_stack = Stack(edge.from_stack),
          .to_stack = Stack(edge.to_stack),
          .declaration = edge.declaration};
}

DependencyEntry Output::Dependency(const MergedDependency& dependency) const {
  const EdgeEntry edge = Edge(dependency.edge);
  return {.from = edge.from,
          .to = edge.to,
          .kind = dependency.kind,
          .from_mode = edge.from_mode,
          .to_mode = edge.to_mode,
          .thread = edge.thread,
          .from_lock = edge.from_lock.value,
          .to_lock = edge.to_lock.value,
          .from_stack = edge.from_stack,
          .to_stack = edge.to_stack,
          .run = Run(dependency.run)};
}

UsageEntry Output::Usage(const MergedUsage& usage) const {
  const UsageOfLock side = Side(usage.side);
  return {.class_id = side.class_id,
          .kind = usage.kind,
          .mode = side.mode,
          .contexts = ContextSet{1} << (contexts_.id(usage.context) - 1),
          .thread = side.thread,
          .lock = side.lock.value,
          .stack = side.stack,
          .run = Run(usage.run)};
}

// Without those that no bit was left for.
ContextSet Output::Contexts(const std::vector<uint32_t>& numbers) const {
  ContextSet contexts = 0;
  for (const uint32_t number : numbers) {
    if (contexts_.id(number) <= out_.contexts.size()) {
      contexts |= ContextSet{1} << (contexts_.id(number) - 1);
    }
  }
  return contexts;
}

ViolationEntry Output::Violation(const MergedViolation& violation) const {
  ViolationEntry entry{.kind = violation.kind,
                       .level = violation.level,
                       .thread = Thread(violation.thread),
                       .owner = Thread(violation.owner),
                       .stack = Stack(violation.stack),
                       .lock = Lock(violation.lock),
                       .subject = violation.subject,
                       .rule = violation.rule,
                       .context = violation.context,
                       .used = Side(violation.used),
                       .enabled = Side(violation.enabled),
                       .wait = violation.wait,
                       .wait_limit = violation.wait_limit,
                       .running_in = Contexts(violation.running_in),
                       .interruptible_by = Contexts(violation.interruptible_by),
                       .run = Run(violation.run)};
  for (const MergedEdge& edge : violation.edges) {
    entry.edges.push_back(Edge(edge));
    entry.edges.back().run = entry.run;
  }
  for (const MergedLock& lock : violation.held) entry.held.push_back(Lock(lock));
  for (const MergedReason& reason : violation.reasons) {
    entry.reasons.push_back({reason.text, Class(reason.lock_class)});
  }
  return entry;
}

void Output::AddFacts() {
  for (const auto& [pair, declaration] : facts_.declared_arcs) {
    out_.declared_arcs.push_back({Class(pair.first), Class(pair.second), declaration});
  }
  std::sort(out_.declared_arcs.begin(), out_.declared_arcs.end(), [](const auto& a, const auto& b) {
    return std::pair(a.from, a.to) < std::pair(b.from, b.to);
  });
  for (const MergedDependency* dependency : dependencies_) {
    out_.dependencies.push_back(Dependency(*dependency));
  }
  for (const MergedUsage* usage : usages_) {
    if (contexts_.id(usage->context) <= out_.contexts.size()) out_.usages.push_back(Usage(*usage));
  }
  for (const MergedViolation* violation : violations_) {
    out_.violations.push_back(Violation(*violation));
  }
}

// Level by level, so that each comes after the one that it continues.
void Output::AddChains() {
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> continued_by;
  for (uint32_t i = 0; i < facts_.chains.size(); ++i) {
    continued_by[facts_.chains[i].previous].push_back(i);
  }
  const auto add_all_upon = [&](uint32_t number, ChainKey key) {
    const auto found = continued_by.find(number);
    if (found == continued_by.end()) return std::vector<uint32_t>();
    std::vector<uint32_t>& next = found->second;
    std::sort(next.begin(), next.end(), [&](uint32_t a, uint32_t b) {
      return facts_.CompareChainEnds(facts_.chains[a], facts_.chains[b]) < 0;
    });
    for (const uint32_t i : next) {
      const MergedChain& chain = facts_.chains[i];
      const ChainLink link{out_.chains.size() + 1, key,
                           chain.use.WithClass(Class(chain.lock_class))};
      out_.chain_index.emplace(link.key, out_.chains.size());
      out_.chains.push_back({link, Contexts(chain.contexts)});
    }
    return next;
  };
  std::vector<uint32_t> order = add_all_upon(kNone, 0);
  for (size_t i = 0; i < order.size(); ++i) {
    const std::vector<uint32_t> next = add_all_upon(order[i], i + 1);
    order.insert(order.end(), next.begin(), next.end());
  }
}

void Output::AddLockStats() {
  std::vector<const MergedLockStat*> sorted;
  for (const auto& [key, stat] : facts_.lock_stats) sorted.push_back(&stat);
  std::sort(sorted.begin(), sorted.end(),
            [&](const auto* a, const auto* b) { return facts_.CompareLockStats(*a, *b) < 0; });
  for (const MergedLockStat* stat : sorted) {
    LockStatEntry& entry = out_.lock_stats.emplace_back(stat->times);
    entry.class_id = Class(stat->lock_class);
    entry.run = Run(stat->run);
    for (const auto& [place, count] : stat->contended_at) {
      entry.contended_at.push_back({AddressOf(place), count});
    }
  }
}

Recording Output::Make() {
  Select();
  AddNames();
  AddClasses();
  AddFacts();
  AddChains();
  AddLockStats();
  out_.machine = facts_.mixed_machines ? 0 : facts_.machine;
  for (const RunEntry& run : out_.runs) out_.is_damaged |= run.is_damaged;
  return std::move(out_);
}

}  // namespace

Recording RecordingOf(const MergeFacts& facts) { return Output(facts).Make(); }

}  // namespace lockdep::record
