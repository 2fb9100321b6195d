#include "lockdep/validator.h"

#include "lockdep/internal/blocked_signals.h"
#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/scene.h"

namespace lockdep {
namespace {

// Looks at another thread's stack while that thread runs.  The answer only
// words a finding, storage is never given back, and a stale entry does no harm.
__attribute__((no_sanitize("thread"))) bool SeemsToHold(const ThreadContext& thread,
                                                        const LockMap& lock) {
  const HeldLock* const end = thread.held.end();
  for (const HeldLock* held = thread.held.begin(); held < end; ++held) {
    if (held->lock == &lock) return true;
  }
  return false;
}

}  // namespace

struct Validator::ThreadRecord {
  ThreadId id;
  const char* name;
  ThreadRecord* next;
};

Validator::Validator(const Config& config)
    : classes_(arena_),
      contexts_(arena_),
      chains_(arena_),
      chain_links_(arena_),
      graph_(arena_),
      order_(arena_),
      usages_(arena_),
      enabled_reach_(arena_, Direction::kForwards),
      used_reach_(arena_, Direction::kBackwards),
      search_(arena_),
      met_enabled_(arena_),
      met_used_(arena_),
      stacks_(arena_),
      reported_(arena_),
      not_covering_(arena_),
      keys_(arena_),
      config_(config) {}

ThreadContext* Validator::CreateThread(const char* name) {
  internal::RawLockHolder lock(graph_lock_);
  if (stopped()) return nullptr;
  ThreadContext* thread = free_threads_;
  auto* record = arena_.New<ThreadRecord>();
  const char* kept_name = arena_.CopyString(name);
  if (thread == nullptr) thread = arena_.New<ThreadContext>();
  if (thread == nullptr || record == nullptr || kept_name == nullptr) {
    StopLocked("out of memory");
    return nullptr;
  }
  if (thread == free_threads_) {
    free_threads_ = thread->next_free;
  } else {
    thread->next = threads_;
    threads_ = thread;
  }
  thread->id = static_cast<ThreadId>(++thread_count_);
  thread->name = kept_name;
  thread->next_free = nullptr;
  *record = {thread->id, kept_name, thread_records_};
  thread_records_ = record;
  if (config_.observer != nullptr) config_.observer->OnThread(thread->id, kept_name);
  return thread;
}

void Validator::DestroyThread(ThreadContext* thread) {
  internal::RawLockHolder lock(graph_lock_);
  past_acquisitions_ += thread->acquisitions;
  SetFree(thread);
}

void Validator::SetFree(ThreadContext* thread) {
  thread->acquisitions = 0;
  thread->off = 0;
  thread->contexts = {};
  thread->context = {};
  ResetHeld(*thread);
  thread->next_free = free_threads_;
  free_threads_ = thread;
}

// Not at the first probe, but perhaps at a later one.
void Validator::AcquireSlow(ThreadContext& thread, const Acquisition& acquisition) {
  if (!Enabled(thread)) return;
  const ClassId class_id = acquisition.lock->CachedClass(acquisition.subclass);
  const LockUse use = internal::UseOf(class_id, acquisition).With(thread.context);
  const ChainKey key = NextChainKey(thread.chain_key, use);
  if (chains_.Contains(key) && !thread.held.full() && acquisition.nest_lock == nullptr) {
    return internal::Push(thread, acquisition, use, key);
  }
  Scene scene(config_, thread, acquisition.site);
  internal::RawLockHolder lock(graph_lock_);
  if (stopped() || !Recognise(scene, acquisition)) return;
  if (thread.held.full() && !GrowHeld(thread)) return;
  const ChainKey proved = Prove(scene);
  internal::Push(thread, acquisition, scene.use, proved);
}

void Validator::Sync(ThreadContext& thread, const Acquisition& acquisition) {
  if (!Enabled(thread)) return;
  const ClassId class_id = acquisition.lock->CachedClass(acquisition.subclass);
  const LockUse use = internal::UseOf(class_id, acquisition).With(thread.context).Sync();
  if (class_id != ClassId::kNone && acquisition.nest_lock == nullptr &&
      chains_.Contains(NextChainKey(thread.chain_key, use))) {
    return;
  }
  Scene scene(config_, thread, acquisition.site);
  internal::RawLockHolder lock(graph_lock_);
  if (stopped() || !Recognise(scene, acquisition)) return;
  scene.use = scene.use.Sync();
  Prove(scene);
}

bool Validator::Recognise(Scene& scene, const Acquisition& acquisition) {
  if (acquisition.lock->key == ClassKey{}) {
    ReportUninitialised(scene, *acquisition.lock);
    return false;
  }
  scene.acquisition = &acquisition;
  scene.lock_class = RegisterClass(*acquisition.lock, acquisition.subclass);
  if (scene.lock_class == nullptr) return false;
  scene.use = internal::UseOf(scene.lock_class->id, acquisition).With(scene.thread.context);
  return true;
}

bool Validator::GrowHeld(ThreadContext& thread) {
  const uint32_t capacity = thread.held.depth() == 0 ? 16 : thread.held.depth() * 2;
  auto* entries = arena_.NewArray<HeldLock>(capacity);
  if (entries == nullptr) {
    StopLocked("out of memory");
    return false;
  }
  thread.held.Replace(entries, capacity);
  return true;
}

const LockClass* Validator::RegisterClass(const LockMap& lock, uint8_t subclass) {
  bool is_new = false;
  const LockClass* lock_class = classes_.Register(lock, subclass, &is_new);
  if (lock_class == nullptr) {
    StopLocked("out of memory");
    return nullptr;
  }
  if (is_new) {
    if (!ReserveClass(*lock_class)) {
      StopLocked("out of memory");
      return nullptr;
    }
    if (config_.observer != nullptr) config_.observer->OnClass(*lock_class);
    LinkDeclaredArcs(*lock_class);
  }
  if (subclass < LockMap::kCachedSubclasses) {
    lock.class_cache[subclass].store(lock_class->id, std::memory_order_relaxed);
  }
  return lock_class;
}

bool Validator::ReserveClass(const LockClass& lock_class) {
  return order_.Reserve(lock_class.id) && enabled_reach_.Reserve(lock_class.id, lock_class.role) &&
         used_reach_.Reserve(lock_class.id, lock_class.role);
}

void Validator::ReleaseSlow(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
  if (!Enabled(thread)) return;
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  internal::HeldChain chain(thread, contexts_);
  if (const uint32_t index = chain.Find(lock); index != thread.held.depth()) {
    if (thread.held[index].pins != 0) {
      ReportLock(thread, lock, &thread.held[index], ViolationKind::kPinViolated,
                 "a pinned lock is not released", site);
    }
    return chain.Remove(index);
  }
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  if (stopped()) return;
  if (lock.key == ClassKey{}) return ReportUninitialised(scene, lock);
  scene.lock_class = RegisterClass(lock, 0);
  if (scene.lock_class == nullptr) return;

  Violation violation{.kind = ViolationKind::kUnlockUnheld, .level = Level::kConfirmed};
  for (const ThreadContext* other = threads_; other != nullptr; other = other->next) {
    if (other == &thread || !SeemsToHold(*other, lock)) continue;
    violation.kind = ViolationKind::kUnlockByOtherThread;
    violation.owner = other->id;
  }
  violation.lock = {scene.lock_class->id, ReadMode::kWrite, lock.address, StackId::kNone};
  if (IsNews(violation.kind, static_cast<uint64_t>(scene.lock_class->id), site)) {
    Emit(scene, violation);
  }
}

bool Validator::ReportRule(ThreadContext& thread, ViolationKind kind, const LockMap* lock,
                           const char* subject, const char* rule, const CallSite& site) {
  if (!Enabled(thread)) return false;
  const uint64_t what =
      reinterpret_cast<uintptr_t>(subject) * 31 + reinterpret_cast<uintptr_t>(rule);
  if (reported_.Contains(NewsKey(kind, what, site))) return false;  // Costs no stack.
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  if (stopped() || !IsNews(kind, what, site)) return false;
  Violation violation{.kind = kind, .level = Level::kConfirmed};
  violation.subject = subject;
  violation.rule = rule;
  if (lock != nullptr) {
    scene.lock_class = RegisterClass(*lock, 0);
    if (scene.lock_class == nullptr) return false;
    violation.lock = {scene.lock_class->id, ReadMode::kWrite, lock->address, StackId::kNone};
  }
  Emit(scene, violation);
  return true;
}

void Validator::ResetHeld(ThreadContext& thread) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  thread.held.ClearPins();
  internal::HeldChain(thread, contexts_).Truncate(0);
}

void Validator::LockGraph() { graph_lock_.Lock(); }

void Validator::UnlockGraph() { graph_lock_.Unlock(); }

void Validator::AfterForkInChild(ThreadContext* survivor) {
  free_threads_ = nullptr;
  for (ThreadContext* thread = threads_; thread != nullptr; thread = thread->next) {
    thread->acquisitions = 0;
    if (thread != survivor) SetFree(thread);
  }
  past_acquisitions_ = 0;
  violations_ = 0;
  graph_lock_.Unlock();
}

void Validator::ReplaceObserver(Observer* observer) {
  internal::RawLockHolder lock(graph_lock_);
  config_.observer = observer;
  if (observer == nullptr) return;
  for (const ThreadRecord* thread = thread_records_; thread != nullptr; thread = thread->next) {
    observer->OnThread(thread->id, thread->name);
  }
  for (uint32_t i = 1; i <= classes_.size(); ++i) {
    observer->OnClass(classes_.Get(static_cast<ClassId>(i)));
  }
  for (uint32_t i = 1; i <= stacks_.size(); ++i) {
    observer->OnStack(static_cast<StackId>(i), stacks_.Get(static_cast<StackId>(i)));
  }
  TellContexts(told_contexts_);
  for (uint32_t i = 0; i < chain_links_.size(); ++i) {
    observer->OnChain(chain_links_[i], contexts_.Get(chain_links_[i].use.context()).in);
  }
  for (uint32_t i = 1; i <= classes_.size(); ++i) {
    const LockClass& lock_class = classes_.Get(static_cast<ClassId>(i));
    for (const UsageWitness* witness = usages_.Witnesses(lock_class.id); witness != nullptr;
         witness = witness->next) {
      observer->OnUsage(lock_class, *witness);
    }
  }
  for (uint32_t i = 1; i <= classes_.size(); ++i) {
    for (const Dependency* edge = graph_.Successors(static_cast<ClassId>(i)); edge != nullptr;
         edge = edge->next_successor) {
      if (edge->declared != nullptr) observer->OnDeclaredArc(edge->from, edge->to, *edge->declared);
      for (const Witness* witness = edge->witnesses; witness != nullptr; witness = witness->next) {
        observer->OnDependency(*edge, *witness);
      }
    }
  }
}

void Validator::Stop(const char* reason) {
  internal::RawLockHolder lock(graph_lock_);
  StopLocked(reason);
}

void Validator::StopLocked(const char* reason) {
  if (stopped_.exchange(true, std::memory_order_relaxed)) return;
  chains_.Close();
  if (config_.observer != nullptr) config_.observer->OnStopped(reason);
}

// Sums counters that their threads go on counting: near enough for a report.
__attribute__((no_sanitize("thread"))) ValidatorStats Validator::Stats() {
  internal::RawLockHolder lock(graph_lock_);
  ValidatorStats stats;
  stats.acquisitions = past_acquisitions_;
  for (const ThreadContext* thread = threads_; thread != nullptr; thread = thread->next) {
    stats.acquisitions += thread->acquisitions;
  }
  stats.chains = chains_.size();
  stats.dependencies = graph_.observed();
  stats.classes = classes_.live();
  stats.threads = thread_count_;
  stats.violations = violations_;
  stats.memory = arena_.bytes_mapped();
  return stats;
}

void Validator::CheckInvariants() {
  internal::RawLockHolder lock(graph_lock_);
  graph_.CheckInvariants();
  order_.CheckInvariants(graph_);
  usages_.CheckInvariants();
}

}  // namespace lockdep
