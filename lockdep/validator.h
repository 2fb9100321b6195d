// The validator: hosts tell it of every acquisition and release, it checks the
// rules below and tells the observer what breaks them.
//
// Rules, checked for each chain of held classes once:
//   1. A lock is not taken by a thread that holds it (recursive-lock,
//      read-recursion), unless a held nest lock serialises such nesting.
//   2. No new dependency closes a cycle that can deadlock (lock-order-inversion)
//      or contradicts a declared order (declared-order-violation).
// and for each event:
//   3. A named nest lock is held (nest-lock-missing).
//   4. Only a held lock is released (unlock-unheld, unlock-by-other-thread).
//
// Known chain: Acquire hashes, reads one shared cache line and pushes one
// thread-local entry.  No lock, no shared write, no allocation, no system call.
//
// Limits: none but memory.  When memory ends the validator says so once
// (Observer::OnStopped), ignores all further events, and the host goes on.
//
// Thread safety: all functions may be called by any thread, each with its own
// ThreadContext.  Safe in a signal handler: the cold path runs with signals
// blocked.
//
// Source: linux v6.12 kernel/locking/lockdep.c, __lock_acquire(),
// check_deadlock(), check_prev_add(), __lock_release().

#ifndef LOCKDEP_VALIDATOR_H_
#define LOCKDEP_VALIDATOR_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "lockdep/call_site.h"
#include "lockdep/chain_cache.h"
#include "lockdep/cycle_search.h"
#include "lockdep/declared_order.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/held_lock.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/internal/stack_depot.h"
#include "lockdep/lock_class.h"
#include "lockdep/runtime.h"
#include "lockdep/thread_context.h"
#include "lockdep/types.h"
#include "lockdep/violation.h"

namespace lockdep {

// The attempt to take a lock.
struct Acquisition {
  const LockMap* lock = nullptr;
  ReadMode mode = ReadMode::kWrite;
  TryLock trylock = TryLock::kNo;
  uint8_t subclass = 0;
  // A held lock that serialises taking several locks of this class; or null.
  const LockMap* nest_lock = nullptr;
  CallSite site;
};

// Which way of holding IsHeld asks for.
enum class HeldMode : uint8_t { kAny, kWrite, kRead };

struct ValidatorStats {
  uint64_t acquisitions = 0;
  uint64_t chains = 0;
  uint64_t dependencies = 0;  // Observed ones; declared arcs do not count.
  uint32_t classes = 0;
  uint32_t threads = 0;  // Contexts ever created.
  uint64_t violations = 0;
};

class Validator {
 public:
  struct Config {
    Observer* observer = nullptr;       // Null: nobody listens.
    StackSource* stacks = nullptr;      // Null: sites only.
    DeclaredOrder declared_order = {};  // Must outlive the validator.
  };

  explicit Validator(const Config& config);
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;

  // Returns a context for a new thread, or null when memory ended.
  ThreadContext* CreateThread(const char* name);
  // The thread ends.  What it still holds is the host's to report (ReportHeld).
  void DestroyThread(ThreadContext* thread);

  // Call before blocking on a lock, or after a trylock succeeded.
  void Acquire(ThreadContext& thread, const Acquisition& acquisition) {
    if (!Enabled(thread)) [[unlikely]]
      return;
    const ClassId class_id = CachedClass(*acquisition.lock, acquisition.subclass);
    const ChainKey key = NextChainKey(
        thread.chain_key, ChainElement(class_id, acquisition.mode, acquisition.trylock));
    if (class_id == ClassId::kNone || !chains_.Contains(key) || thread.held.full() ||
        acquisition.nest_lock != nullptr) [[unlikely]] {
      return AcquireSlow(thread, acquisition);
    }
    Push(thread, acquisition, class_id, key);
  }

  // Call when a lock is released, before others can take it.
  void Release(ThreadContext& thread, const LockMap& lock, const CallSite& site) {
    if (!Enabled(thread)) [[unlikely]]
      return;
    const uint32_t depth = thread.held.depth();
    if (depth == 0 || thread.held[depth - 1].lock != &lock) [[unlikely]] {
      return ReleaseSlow(thread, lock, site);
    }
    thread.chain_key = thread.held[depth - 1].previous_chain_key;
    thread.held.Pop();
  }

  // A blocking acquisition that was announced did not succeed (EDEADLK,
  // timeout, signal): forget it.  Never a violation.
  void CancelAcquire(ThreadContext& thread, const LockMap& lock);

  // A held write lock becomes a read lock of the given mode.  Ignored for others.
  void Downgrade(ThreadContext& thread, const LockMap& lock, ReadMode mode);

  // Whether the thread holds this very lock, and how.
  bool IsHeld(const ThreadContext& thread, const LockMap& lock, HeldMode mode) const;

  // The memory of a lock ends, or it is initialised anew: reports it if the
  // thread holds it, and drops it from what the thread holds.
  void DestroyLock(ThreadContext& thread, const LockMap& lock, const CallSite& site);

  // Reports each lock that the thread holds now, as `kind` (kHeldAtExit).
  void ReportHeld(ThreadContext& thread, ViolationKind kind);

  // Reports a rule that the host states and found broken.  Repetitions from
  // the same place are ignored; returns whether it was new.  `subject` and
  // `rule` must outlive the validator.  `lock` may be null.
  bool ReportRule(ThreadContext& thread, ViolationKind kind, const LockMap* lock,
                  const char* subject, const char* rule, const CallSite& site);

  // Forgets what a thread holds, without a word: a new execution begins.
  void ResetHeld(ThreadContext& thread);

  // Fork: the forking thread calls LockGraph before it, so that nobody is in
  // the cold path; then UnlockGraph in the parent and AfterForkInChild in the
  // child, where only `survivor` (may be null) lives on.  What it holds and
  // the graph stay.
  void LockGraph();
  void UnlockGraph();
  void AfterForkInChild(ThreadContext* survivor);

  // Tells `observer` of the threads, classes, stacks, declared arcs and
  // dependencies known so far, as if they were new, and uses it from now on.
  // Violations of the past are not repeated.
  void ReplaceObserver(Observer* observer);

  // Stops validation for good, as if memory had ended.
  void Stop(const char* reason);
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

  ValidatorStats Stats();
  const ClassRegistry& classes() const { return classes_; }
  const DependencyGraph& graph() const { return graph_; }
  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants();
  // For tests: the n-th time that memory is asked of the system fails, and all after it.
  void FailMemoryAfter(uint64_t growths) { arena_.FailGrowthAfter(growths); }

 private:
  struct Scene;         // One event on the cold path: who, what, and its stack.
  struct ThreadRecord;  // Every thread that ever was, for ReplaceObserver.

  bool Enabled(const ThreadContext& thread) const {
    // Relaxed: a late event after a stop is harmless.
    return !stopped_.load(std::memory_order_relaxed) && thread.off == 0;
  }

  static ClassId CachedClass(const LockMap& lock, uint8_t subclass) {
    if (subclass >= LockMap::kCachedSubclasses) [[unlikely]]
      return ClassId::kNone;
    // Relaxed: the class itself is reached through the registry, which publishes it.
    return lock.class_cache[subclass].load(std::memory_order_relaxed);
  }

  static void Push(ThreadContext& thread, const Acquisition& acquisition, ClassId class_id,
                   ChainKey key) {
    HeldLock& held = thread.held.Next();
    held.previous_chain_key = thread.chain_key;
    held.lock = acquisition.lock;
    held.nest_lock = acquisition.nest_lock;
    held.class_id = class_id;
    held.mode = acquisition.mode;
    held.trylock = acquisition.trylock;
    held.site = acquisition.site;
    thread.held.Push();
    thread.chain_key = key;
    ++thread.acquisitions;
  }

  void AcquireSlow(ThreadContext& thread, const Acquisition& acquisition);
  void ReleaseSlow(ThreadContext& thread, const LockMap& lock, const CallSite& site);

  // All below: under the graph lock.
  bool GrowHeld(ThreadContext& thread);
  const LockClass* RegisterClass(const LockMap& lock, uint8_t subclass);
  void LinkDeclaredArcs(const LockClass& lock_class);
  void AddDeclaredArcs(const LockClass& from, const LockClass& to, const DeclaredArc& arc);
  void ValidateNewChain(Scene& scene);
  void CheckRecursion(Scene& scene);
  void ReportRecursion(Scene& scene, const HeldLock& held);
  void CheckDependencies(Scene& scene);
  bool AddDependency(Scene& scene, const HeldLock& held);
  bool ClosesCycle(Scene& scene, Dependency& edge, const Witness& closing);
  void ReportCycle(Scene& scene, const Dependency& edge, const Witness& closing,
                   std::span<const Dependency* const> path);
  bool CheckNestLock(Scene& scene);
  static bool Recurses(const Scene& scene, const HeldLock& held);
  bool IsSerialised(Scene& scene);
  bool Covers(const HeldLock& held) const;
  void StopCovering(ClassId id);
  void StopLocked(const char* reason);

  StackId PutStack(std::span<const uintptr_t> pcs);
  StackId LiveStack(Scene& scene);
  StackId StackOf(Scene& scene, const HeldLock& held);
  ViolationLock Describe(Scene& scene, const HeldLock& held);
  bool IsNews(ViolationKind kind, uint64_t what, const CallSite& site);
  void Emit(Scene& scene, Violation& violation);

  internal::Arena arena_;
  internal::RawLock graph_lock_;
  std::atomic<bool> stopped_{false};
  ClassRegistry classes_;
  ChainCache chains_;
  DependencyGraph graph_;
  CycleSearch search_;
  internal::StackDepot stacks_;
  ChainCache reported_;  // Keys of violations already told.
  // Classes that no longer stand for what is held below them: a dependency
  // towards them was told or not made.
  ChainCache not_covering_;
  Config config_;

  // Guarded by the graph lock.
  ThreadContext* threads_ = nullptr;
  ThreadContext* free_threads_ = nullptr;
  ThreadRecord* thread_records_ = nullptr;
  uint32_t thread_count_ = 0;
  uint64_t observed_dependencies_ = 0;
  uint64_t violations_ = 0;
  uint64_t past_acquisitions_ = 0;  // Of threads that ended.
};

}  // namespace lockdep

#endif  // LOCKDEP_VALIDATOR_H_
