// A recording's ids into the numbers of a merger, and its facts among the others.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lockdep/record/merge_facts.h"

namespace lockdep::record {
namespace {

// What lies there would be taken for a laid-out module when it is read again.
constexpr uint64_t kReservedFrom = uint64_t{1} << 60;
constexpr uint64_t kReservedTo = uint64_t{1} << 61;

class Adder {
 public:
  Adder(const Recording& recording, MergeFacts* facts) : in_(recording), facts_(*facts) {}

  void Add();

 private:
  void AddRuns();
  void AddModules();
  std::vector<const ClassEntry*> ClassesInOrder() const;
  void AddClasses();
  void AddOriginStacks();
  void AddOriginStack(ClassId id, StackId stack_id);
  void AddDependency(const DependencyEntry& entry);
  void AddDeclaredArc(const DeclaredArcEntry& entry);
  std::vector<uint32_t> ContextsOf(ContextSet contexts);
  void AddUsage(const UsageEntry& entry);
  void AddChain(const ChainEntry& entry);
  void AddLockStat(const LockStatEntry& entry);
  void AddViolation(const ViolationEntry& entry);

  Place PlaceOf(const Address& address) const;
  Place PlaceOf(uint64_t number) const { return PlaceOf(Address{number, Address::kNoModule}); }
  uint32_t StackOf(StackId id);
  uint32_t ThreadOf(ThreadId id);
  uint32_t ClassOf(ClassId id) const {
    const auto found = classes_.find(id);
    return found == classes_.end() ? kNone : found->second;
  }
  MergedLock LockOf(const LockEntry& entry);
  MergedSide SideOf(const UsageOfLock& side);
  template <typename Entry>
  MergedEdge EdgeOf(const Entry& entry);

  const Recording& in_;
  MergeFacts& facts_;
  std::vector<uint32_t> runs_;    // By index into RunsOf.
  std::vector<int32_t> modules_;  // By index of the recording.
  absl::flat_hash_map<ClassId, uint32_t> classes_;
  absl::flat_hash_map<StackId, uint32_t> stacks_;
  absl::flat_hash_map<ChainKey, uint32_t> chains_;
};

// Of two tellings of one run the fuller one stays, that is the greater.
void Adder::AddRuns() {
  for (RunEntry& run : RunsOf(in_)) {
    const uint32_t number = facts_.runs.Number({run.start_time_ns, run.pid, run.command});
    std::sort(run.unobserved.begin(), run.unobserved.end());
    std::sort(run.contexts.begin(), run.contexts.end());
    runs_.push_back(number);
    if (number == facts_.run_data.size()) {
      facts_.run_data.push_back(std::move(run));
    } else {
      facts_.run_data[number] = std::max(facts_.run_data[number], run);
    }
  }
}

void Adder::AddModules() {
  for (const Module& module : in_.modules) modules_.push_back(facts_.modules.Number(module));
  if (in_.machine == 0) return;
  facts_.mixed_machines |= facts_.machine != 0 && facts_.machine != in_.machine;
  facts_.machine = std::max(facts_.machine, in_.machine);
}

Place Adder::PlaceOf(const Address& address) const {
  if (address.module != Address::kNoModule) {
    const auto module = static_cast<size_t>(address.module);
    return {modules_[module], address.value - in_.modules[module].bias};
  }
  const bool is_reserved = address.value >= kReservedFrom && address.value < kReservedTo;
  return {Address::kNoModule, is_reserved ? 0 : address.value};
}

uint32_t Adder::StackOf(StackId id) {
  const StackEntry* entry = in_.FindStack(id);
  if (entry == nullptr) return kNone;
  const auto [at, is_new] = stacks_.try_emplace(id, kNone);
  if (!is_new) return at->second;
  PlaceStack places;
  places.reserve(entry->pcs.size());
  for (const Address& pc : entry->pcs) places.push_back(PlaceOf(pc));
  return at->second = facts_.stacks.Number(places);
}

uint32_t Adder::ThreadOf(ThreadId id) {
  const ThreadEntry* entry = in_.FindThread(id);
  return entry == nullptr ? kNone : facts_.threads.Number({entry->number, entry->name});
}

// Those alike are counted in the order of the recording, but named ones by their
// keys: keys are addresses, which keep their order where they do not keep their value.
std::vector<const ClassEntry*> Adder::ClassesInOrder() const {
  std::vector<const ClassEntry*> classes;
  for (const ClassEntry& entry : in_.classes) classes.push_back(&entry);
  std::stable_sort(classes.begin(), classes.end(), [](const auto* a, const auto* b) {
    const bool by_key =
        a->origin_kind == ClassOrigin::kNamed && b->origin_kind == ClassOrigin::kNamed;
    return by_key ? a->key < b->key : a->origin_kind < b->origin_kind;
  });
  return classes;
}

void Adder::AddClasses() {
  absl::flat_hash_map<ClassIdentity, uint32_t> alike;
  for (const ClassEntry* const each : ClassesInOrder()) {
    const ClassEntry& entry = *each;
    ClassIdentity identity{.kind = entry.kind,
                           .origin_kind = entry.origin_kind,
                           .subclass = entry.subclass,
                           .name = entry.name,
                           .wait_inner = entry.wait_inner,
                           .wait_outer = entry.wait_outer,
                           .role = entry.role};
    if (entry.origin_kind != ClassOrigin::kNamed) identity.origin = PlaceOf(entry.origin);
    identity.ordinal = alike[identity]++;
    const uint32_t number = facts_.classes.Number(identity);
    classes_.emplace(entry.id, number);
    const Place instance = PlaceOf(entry.first_instance);
    if (number == facts_.class_data.size()) {
      facts_.class_data.push_back({.first_instance = instance});
    }
    Place& known = facts_.class_data[number].first_instance;
    if (facts_.modules.Compare(instance, known) < 0) known = instance;
  }
}

// A stack of the class that passed its origin names it better than the origin
// alone.  The least of them all is kept.
void Adder::AddOriginStack(ClassId id, StackId stack_id) {
  const ClassEntry* entry = in_.FindClass(id);
  const StackEntry* stack = in_.FindStack(stack_id);
  if (entry == nullptr || stack == nullptr || entry->origin.value == 0) return;
  const auto& pcs = stack->pcs;
  if (std::find(pcs.begin(), pcs.end(), entry->origin) == pcs.end()) return;
  const uint32_t number = StackOf(stack_id);
  uint32_t& known = facts_.class_data[ClassOf(id)].origin_stack;
  if (known == kNone || facts_.CompareStacks(number, known) < 0) known = number;
}

void Adder::AddOriginStacks() {
  for (const ClassEntry& entry : in_.classes) AddOriginStack(entry.id, entry.origin_stack);
  for (const DependencyEntry& entry : in_.dependencies) {
    AddOriginStack(entry.from, entry.from_stack);
    AddOriginStack(entry.to, entry.to_stack);
  }
  for (const ViolationEntry& entry : in_.violations) {
    AddOriginStack(entry.lock.class_id, entry.lock.stack);
  }
}

MergedLock Adder::LockOf(const LockEntry& entry) {
  return {ClassOf(entry.class_id), entry.mode, StackOf(entry.stack), PlaceOf(entry.address)};
}

MergedSide Adder::SideOf(const UsageOfLock& side) {
  return {LockOf({side.class_id, side.mode, side.lock, side.stack}), ThreadOf(side.thread)};
}

// Of a dependency or of a step of a cycle.
template <typename Entry>
MergedEdge Adder::EdgeOf(const Entry& entry) {
  return {.from = ClassOf(entry.from),
          .to = ClassOf(entry.to),
          .from_mode = entry.from_mode,
          .to_mode = entry.to_mode,
          .from_stack = StackOf(entry.from_stack),
          .to_stack = StackOf(entry.to_stack),
          .thread = ThreadOf(entry.thread),
          .from_lock = PlaceOf(entry.from_lock),
          .to_lock = PlaceOf(entry.to_lock)};
}

void Adder::AddDependency(const DependencyEntry& entry) {
  const uint32_t run = runs_[entry.run];
  const auto [at, is_new] = facts_.dependencies.try_emplace(
      {ClassOf(entry.from), ClassOf(entry.to), entry.kind}, MergedDependency());
  // Known from an earlier run: what most recordings of many say.
  if (!is_new && facts_.CompareRuns(at->second.run, run) < 0) return;
  MergedDependency dependency{.edge = EdgeOf(entry), .kind = entry.kind, .run = run};
  if (is_new || facts_.CompareDependencies(dependency, at->second) < 0) {
    at->second = std::move(dependency);
  }
}

// What does not differ between two runs that do the same.
std::string SameInEveryRun(const MergedViolation& violation) {
  std::string key = absl::StrCat(static_cast<int>(violation.kind), " ",
                                 static_cast<int>(violation.level), " ", violation.stack);
  const auto add = [&](const MergedLock& lock) {
    absl::StrAppend(&key, ";", lock.lock_class, " ", static_cast<int>(lock.mode), " ", lock.stack);
  };
  add(violation.lock);
  for (const MergedEdge& edge : violation.edges) {
    absl::StrAppend(&key, ";", edge.from, " ", edge.to, " ", static_cast<int>(edge.from_mode), " ",
                    static_cast<int>(edge.to_mode), " ", edge.from_stack);
    absl::StrAppend(&key, " ", edge.to_stack, " ", edge.declaration.size(), " ", edge.declaration);
  }
  key += "|";
  for (const MergedLock& lock : violation.held) add(lock);
  absl::StrAppend(&key, "|", violation.subject.size(), " ", violation.subject,
                  violation.rule.size(), " ", violation.rule, violation.context, "|");
  add(violation.used.lock);
  add(violation.enabled.lock);
  absl::StrAppend(&key, "|", static_cast<int>(violation.wait), " ",
                  static_cast<int>(violation.wait_limit));
  for (const MergedReason& reason : violation.reasons) {
    absl::StrAppend(&key, "|", reason.text, " ", reason.lock_class);
  }
  return key;
}

void Adder::AddViolation(const ViolationEntry& entry) {
  MergedViolation violation{.kind = entry.kind,
                            .level = entry.level,
                            .stack = StackOf(entry.stack),
                            .lock = LockOf(entry.lock),
                            .subject = entry.subject,
                            .rule = entry.rule,
                            .context = entry.context,
                            .used = SideOf(entry.used),
                            .enabled = SideOf(entry.enabled),
                            .wait = entry.wait,
                            .wait_limit = entry.wait_limit,
                            .running_in = ContextsOf(entry.running_in),
                            .interruptible_by = ContextsOf(entry.interruptible_by),
                            .thread = ThreadOf(entry.thread),
                            .owner = ThreadOf(entry.owner),
                            .run = runs_[entry.run]};
  for (const EdgeEntry& edge : entry.edges) {
    violation.edges.push_back(EdgeOf(edge));
    violation.edges.back().declaration = edge.declaration;
  }
  for (const LockEntry& lock : entry.held) violation.held.push_back(LockOf(lock));
  for (const ReasonEntry& reason : entry.reasons) {
    violation.reasons.push_back({reason.text, ClassOf(reason.class_id)});
  }
  const auto [at, is_new] = facts_.violations.try_emplace(SameInEveryRun(violation), violation);
  if (!is_new && facts_.CompareViolations(violation, at->second) < 0) at->second = violation;
}

void Adder::AddDeclaredArc(const DeclaredArcEntry& entry) {
  const auto [at, is_new] =
      facts_.declared_arcs.try_emplace({ClassOf(entry.from), ClassOf(entry.to)}, entry.declaration);
  if (!is_new) at->second = std::min(at->second, entry.declaration);
}

std::vector<uint32_t> Adder::ContextsOf(ContextSet contexts) {
  std::vector<uint32_t> numbers;
  for (const ContextEntry& context : in_.contexts) {
    if ((contexts >> context.bit & 1) != 0) numbers.push_back(facts_.contexts.Number(context.name));
  }
  std::sort(numbers.begin(), numbers.end(),
            [this](uint32_t a, uint32_t b) { return facts_.contexts[a] < facts_.contexts[b]; });
  return numbers;
}

// Each context by itself: runs may have seen others, in other bits.
void Adder::AddUsage(const UsageEntry& entry) {
  for (const ContextEntry& context : in_.contexts) {
    if ((entry.contexts >> context.bit & 1) == 0) continue;
    MergedUsage usage{.kind = entry.kind,
                      .context = facts_.contexts.Number(context.name),
                      .run = runs_[entry.run]};
    usage.side.lock = {ClassOf(entry.class_id), entry.mode, StackOf(entry.stack),
                       PlaceOf(entry.lock)};
    usage.side.thread = ThreadOf(entry.thread);
    const auto [at, is_new] =
        facts_.usages.try_emplace({usage.side.lock.lock_class, usage.kind, usage.context}, usage);
    if (!is_new && facts_.CompareUsages(usage, at->second) < 0) at->second = usage;
  }
}

void Adder::AddChain(const ChainEntry& entry) {
  const LockUse& use = entry.link.use;
  const auto previous = chains_.find(entry.link.previous);
  const uint32_t number =
      facts_.chains.Number({.previous = previous == chains_.end() ? kNone : previous->second,
                            .lock_class = ClassOf(use.class_id()),
                            .use = use.WithClass(ClassId::kNone),
                            .contexts = ContextsOf(entry.contexts)});
  chains_.emplace(entry.link.key, number);
}

void Adder::AddLockStat(const LockStatEntry& entry) {
  MergedLockStat stat{.run = runs_[entry.run],
                      .lock_class = ClassOf(entry.class_id),
                      .times = {.read_wait = entry.read_wait,
                                .write_wait = entry.write_wait,
                                .read_hold = entry.read_hold,
                                .write_hold = entry.write_hold}};
  for (const LockStatEntry::Point& point : entry.contended_at) {
    stat.contended_at.emplace_back(PlaceOf(point.pc), point.count);
  }
  const auto [at, is_new] = facts_.lock_stats.try_emplace({stat.run, stat.lock_class}, stat);
  if (!is_new && facts_.CompareLockStats(at->second, stat) < 0) at->second = std::move(stat);
}

void Adder::Add() {
  AddRuns();
  AddModules();
  AddClasses();
  AddOriginStacks();
  for (const DependencyEntry& entry : in_.dependencies) AddDependency(entry);
  for (const DeclaredArcEntry& entry : in_.declared_arcs) AddDeclaredArc(entry);
  for (const UsageEntry& entry : in_.usages) AddUsage(entry);
  for (const ChainEntry& entry : in_.chains) AddChain(entry);
  for (const LockStatEntry& entry : in_.lock_stats) AddLockStat(entry);
  for (const ViolationEntry& entry : in_.violations) AddViolation(entry);
}

}  // namespace

void AddToFacts(const Recording& recording, MergeFacts* facts) { Adder(recording, facts).Add(); }

}  // namespace lockdep::record
