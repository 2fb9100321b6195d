#include "lockdep/record/event_replay.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/event_reader.h"
#include "lockdep/record/replayed_facts.h"
#include "lockdep/validator.h"

namespace lockdep::record {
namespace {

// What the engine may need for a log of this size.  A log that is no log can ask for
// much: locks held times findings.
constexpr size_t kMemoryForAnyLog = size_t{256} << 20;
constexpr size_t kMemoryForLogByte = 256;
// Locks are held again and again only where readers recurse.
constexpr size_t kHeldBesidesLocks = 4096;

const void* Pointer(uint64_t number) {
  return reinterpret_cast<const void*>(static_cast<uintptr_t>(number));
}

// A lock of the recorded process.
struct ReplayedLock {
  LoggedLock logged;
  LockMap map;
  bool ends_freely = false;
};

class Replay final : public EventVisitor, public Observer, public StackSource {
 public:
  explicit Replay(Recording& recording)
      : facts_(recording), validator_({.observer = this, .stacks = this}) {}

  // What a child of fork knows from its parent.
  void Inherit(std::span<const DependencyEntry> dependencies, std::span<const UsageEntry> usages);
  std::string OnLock(const LoggedLock& logged) override;
  std::string OnEvent(const Event& event, std::span<const StackFrame> stack) override;

  size_t memory() { return validator_.Stats().memory; }
  uint64_t events() const { return events_; }
  void Finish() { facts_.Replace(); }

  void OnStack(StackId id, std::span<const uintptr_t> pcs) override { facts_.AddStack(id, pcs); }
  void OnClass(const LockClass& lock_class) override { facts_.AddClass(lock_class); }
  void OnDependency(const Dependency& edge, const Witness& witness) override {
    if (!is_inheriting_) facts_.AddDependency(edge, witness);
  }
  void OnViolation(const Violation& told) override;
  size_t Capture(std::span<StackFrame> frames) override;

 private:
  ReplayedLock* Find(uint64_t id);
  ReplayedLock& InheritedLock(ClassId id);
  void InheritDependency(ThreadContext& thread, const DependencyEntry& entry);
  void InheritUsage(ThreadContext& thread, const UsageEntry& entry);
  std::string BeginThread(ThreadId id);
  std::string Tell(ThreadContext& thread, const Event& event, ReplayedLock* lock);
  void Hold(ThreadContext& thread, const Acquisition& acquisition);
  void NotePast(const Acquisition& taken, uint64_t thread);

  ReplayedFacts facts_;
  Validator validator_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<ReplayedLock>> locks_;
  absl::flat_hash_map<ClassId, std::unique_ptr<ReplayedLock>> inherited_;
  absl::flat_hash_map<ThreadId, ThreadContext*> threads_;
  absl::flat_hash_set<uint64_t> ended_freely_;          // Addresses of locks.
  absl::flat_hash_map<ThreadId, ThreadId> thread_ids_;  // Of all that ever began.
  PastAcquisition past_;                                // Of the event before.
  bool is_inheriting_ = false;
  std::span<const StackFrame> stack_;
  uint64_t events_ = 0;
};

void Make(const LoggedLock& logged, LockMap* map) {
  map->SetClass(logged.key, logged.name.empty() ? nullptr : logged.name.c_str());
  map->address = Pointer(logged.address);
  map->origin = static_cast<uintptr_t>(logged.origin);
  map->origin_kind = logged.origin_kind;
  map->kind = logged.kind;
  map->wait_inner = logged.wait_inner;
  map->wait_outer = logged.wait_outer;
  map->role = logged.role;
}

std::string Replay::OnLock(const LoggedLock& logged) {
  std::unique_ptr<ReplayedLock>& lock = locks_[logged.id];
  if (lock == nullptr) lock = std::make_unique<ReplayedLock>();
  if (lock->logged == logged) return {};
  ended_freely_.erase(lock->logged.address);
  lock->logged = logged;
  Make(lock->logged, &lock->map);
  return {};
}

ReplayedLock* Replay::Find(uint64_t id) {
  const auto found = locks_.find(id);
  return found == locks_.end() ? nullptr : found->second.get();
}

// Any lock of the class does.
ReplayedLock& Replay::InheritedLock(ClassId id) {
  std::unique_ptr<ReplayedLock>& lock = inherited_[id];
  if (lock != nullptr) return *lock;
  lock = std::make_unique<ReplayedLock>();
  lock->logged = facts_.DescribeLock(id);
  Make(lock->logged, &lock->map);
  return *lock;
}

void Replay::InheritDependency(ThreadContext& thread, const DependencyEntry& entry) {
  const LockMap& from = InheritedLock(entry.from).map;
  const LockMap& to = InheritedLock(entry.to).map;
  if (entry.from == entry.to) return;
  validator_.Acquire(thread, {.lock = &from, .mode = entry.from_mode});
  validator_.Acquire(thread, {.lock = &to, .mode = entry.to_mode});
  validator_.Release(thread, to, {});
  validator_.Release(thread, from, {});
}

void Replay::InheritUsage(ThreadContext& thread, const UsageEntry& entry) {
  const LockMap& lock = InheritedLock(entry.class_id).map;
  const bool is_used = entry.kind == UsedKind(entry.mode);
  validator_.SetContexts(
      thread, {.in = is_used ? entry.contexts : 0, .enabled = is_used ? 0 : entry.contexts}, {});
  validator_.Acquire(thread, {.lock = &lock, .mode = entry.mode});
  validator_.Release(thread, lock, {});
}

// The child does not tell it again.
void Replay::Inherit(std::span<const DependencyEntry> dependencies,
                     std::span<const UsageEntry> usages) {
  ThreadContext* thread = validator_.CreateThread("");
  if (thread == nullptr) return;
  is_inheriting_ = true;
  for (const DependencyEntry& entry : dependencies) InheritDependency(*thread, entry);
  for (const UsageEntry& entry : usages) InheritUsage(*thread, entry);
  is_inheriting_ = false;
  facts_.KeepFirstDependencies(dependencies.size());
}

std::string Replay::BeginThread(ThreadId id) {
  ThreadContext*& thread = threads_[id];
  if (thread != nullptr || id == ThreadId::kNone) return "a thread begins twice";
  thread = validator_.CreateThread("");
  if (thread == nullptr) return "no memory for another thread";
  thread_ids_[id] = thread->id;
  facts_.AddThread(thread->id, id);
  return {};
}

// Without a check of what cannot be waited for any more.
void Replay::Hold(ThreadContext& thread, const Acquisition& acquisition) {
  is_inheriting_ = true;
  validator_.Acquire(thread, acquisition);
  is_inheriting_ = false;
}

// `site` has its thread in the place of a frame.
void Replay::NotePast(const Acquisition& taken, uint64_t thread) {
  const LockClass* lock_class = validator_.classes().Find(taken.lock->key, 0);
  const auto number = thread_ids_.find(static_cast<ThreadId>(thread));
  past_ = {};
  if (lock_class == nullptr || number == thread_ids_.end()) return;
  past_ = {.class_id = lock_class->id,
           .mode = taken.mode,
           .thread = number->second,
           .address = taken.lock->address,
           .site = taken.site};
}

std::string Replay::OnEvent(const Event& event, std::span<const StackFrame> stack) {
  ++events_;
  stack_ = stack;
  const EventStep& step = event.step;
  if (step.op == EventOp::kThreadBegins) return BeginThread(step.thread);
  const auto thread = threads_.find(step.thread);
  if (thread == threads_.end()) {
    return absl::StrCat("thread ", static_cast<uint32_t>(step.thread), " has not begun");
  }
  ReplayedLock* lock = Find(step.lock);
  if (step.lock != 0 && lock == nullptr) return absl::StrCat("lock ", step.lock, " is not known");
  std::string fault = Tell(*thread->second, event, lock);
  if (step.op == EventOp::kThreadEnds) threads_.erase(thread);
  stack_ = {};
  return fault;
}

bool NeedsLock(EventOp op) {
  return op != EventOp::kThreadEnds && op != EventOp::kReportHeld && op != EventOp::kResetHeld &&
         op != EventOp::kHostFinding && op != EventOp::kSetContexts;
}

std::string Replay::Tell(ThreadContext& thread, const Event& event, ReplayedLock* lock) {
  const EventStep& step = event.step;
  if (NeedsLock(step.op) && lock == nullptr) return "an event without its lock";
  if (thread.held.depth() > locks_.size() + kHeldBesidesLocks) {
    return "a thread holds more locks than there are";
  }
  CallSite site{.pcs = {}, .frame = static_cast<uintptr_t>(event.frame)};
  std::copy(std::begin(step.pcs), std::end(step.pcs), std::begin(site.pcs));
  const Acquisition acquisition{.lock = lock == nullptr ? nullptr : &lock->map,
                                .mode = step.mode,
                                .trylock = step.is_tried ? TryLock::kYes : TryLock::kNo,
                                .host_orders_class = step.host_orders_class,
                                .site = site};
  switch (step.op) {
    case EventOp::kAcquire:
      validator_.Acquire(thread, acquisition);
      break;
    case EventOp::kRelease:
      validator_.Release(thread, lock->map, site);
      break;
    case EventOp::kCancelAcquire:
      validator_.CancelAcquire(thread, lock->map);
      break;
    case EventOp::kDestroyLock:
      ended_freely_.erase(lock->logged.address);
      validator_.DestroyLock(thread, lock->map, site);
      break;
    case EventOp::kSync:
      validator_.Sync(thread, acquisition);
      break;
    case EventOp::kWake:
      validator_.Wake(thread, acquisition);
      break;
    case EventOp::kTookBefore:
      NotePast(acquisition, event.frame);
      break;
    case EventOp::kWakeAfter:
      if (past_.class_id != ClassId::kNone) validator_.WakeAfter(thread, acquisition, past_);
      break;
    case EventOp::kSetContexts:
      validator_.SetContexts(thread, {.in = step.pcs[1], .enabled = step.pcs[2]},
                             {.pcs = {site.pcs[0]}, .frame = site.frame});
      break;
    case EventOp::kReportHeld:
      validator_.ReportHeld(thread, ViolationKind::kHeldAtExit);
      break;
    case EventOp::kResetHeld:
      validator_.ResetHeld(thread);
      break;
    case EventOp::kThreadEnds:
      validator_.DestroyThread(&thread);
      break;
    case EventOp::kHeldAtFork:
      Hold(thread, acquisition);
      break;
    case EventOp::kEndsFreely:
      ended_freely_.insert(lock->logged.address);
      break;
    case EventOp::kHostFinding:
      return facts_.KeepViolation(event.frame);
    case EventOp::kThreadBegins:
    case EventOp::kNone:
      break;
  }
  return {};
}

// As the process did when it heard of it.
void Replay::OnViolation(const Violation& told) {
  if (is_inheriting_) return;
  Violation violation = told;
  if (told.kind == ViolationKind::kWaitWhileHolding &&
      std::any_of(told.edges.begin(), told.edges.end(), [this](const ViolationEdge& edge) {
        return ended_freely_.contains(reinterpret_cast<uintptr_t>(edge.from_lock));
      })) {
    violation.level = Level::kNote;
  }
  facts_.AddViolation(violation);
}

size_t Replay::Capture(std::span<StackFrame> frames) {
  const size_t count = std::min(frames.size(), stack_.size());
  std::copy_n(stack_.begin(), count, frames.begin());
  return count;
}

}  // namespace

uint64_t ReplayEvents(std::string_view bytes, Recording* recording) {
  if (recording->events.empty()) return 0;
  auto replay = std::make_unique<Replay>(*recording);
  EventReader reader;
  const EventsEntry& first = recording->events.front();
  replay->Inherit(std::span(recording->dependencies).first(first.dependencies),
                  std::span(recording->usages).first(first.usages));
  size_t read = 0;
  for (const EventsEntry& entry : recording->events) {
    std::string fault = reader.Read(bytes.substr(entry.offset, entry.size), *replay);
    read += entry.size;
    if (fault.empty() && replay->memory() > kMemoryForAnyLog + kMemoryForLogByte * read) {
      fault = "the events need more memory than so few can";
    }
    if (fault.empty()) continue;
    recording->warnings.push_back(absl::StrCat(recording->path, ": offset ", entry.offset, ": ",
                                               fault, "; the events from here on are lost"));
    recording->is_damaged = true;
    break;
  }
  replay->Finish();
  return replay->events();
}

}  // namespace lockdep::record
