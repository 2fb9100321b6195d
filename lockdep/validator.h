// The validator: hosts tell it of every acquisition and release, it checks the
// rules below and tells the observer what breaks them.
//
// Rules, checked for each chain of held classes once:
//   1. A lock is not taken by a thread that holds it (recursive-lock,
//      read-recursion), unless a held nest lock serialises such nesting.
//   2. No new dependency closes a cycle that can deadlock (lock-order-inversion)
//      or contradicts a declared order (declared-order-violation).
//   3. A class that is used in a context is not held while that context may
//      interrupt (inconsistent-context), nor is one that can wait for it
//      (context-inversion).
//   4. A lock does not wait longer than what is held, or the context, allows
//      (invalid-wait-context).
// and for each event:
//   5. A named nest lock is held (nest-lock-missing).
//   6. A lock is used only after it was initialised, with a key other than 0
//      (invalid-lock-state).
//   7. Only a held lock is released (unlock-unheld, unlock-by-other-thread), and
//      only if it is not pinned (pin-violated).
//   8. A lock, or the key of its class, ends while nobody holds it (held-lock-destroyed).
//   9. A thread that ends, or goes where it must hold nothing, holds nothing
//      (held-at-exit).
//  10. Only a lock that is held changes its class, or is downgraded, and only from
//      writing (invalid-lock-state).
//
// Known chain: Acquire hashes, reads one shared cache line and pushes one
// thread-local entry.  No lock, no shared write, no allocation, no system call.
//
// Limits: none but memory.  When memory ends the validator says so once
// (Observer::OnStopped), ignores all further events, and the host goes on.
//
// Thread safety: all functions may be called by any thread, each with its own
// ThreadContext.  Safe in a signal handler that interrupted a call with the same
// context, if it releases all that it takes: what it overwrote of a half-made entry
// is written again, a chain is proved by what is held then and not by the key that
// the thread had, and all that is not Acquire or Release of the newest lock runs
// with signals blocked.
//
// Source: linux v6.12 kernel/locking/lockdep.c, __lock_acquire(),
// check_deadlock(), check_prev_add(), __lock_release().

#ifndef LOCKDEP_VALIDATOR_H_
#define LOCKDEP_VALIDATOR_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "lockdep/acquisition.h"
#include "lockdep/call_site.h"
#include "lockdep/chain_cache.h"
#include "lockdep/context_reach.h"
#include "lockdep/context_state.h"
#include "lockdep/cycle_search.h"
#include "lockdep/declared_order.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/held_lock.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/key_set.h"
#include "lockdep/internal/push.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/internal/stable_array.h"
#include "lockdep/internal/stack_depot.h"
#include "lockdep/lock_class.h"
#include "lockdep/runtime.h"
#include "lockdep/thread_context.h"
#include "lockdep/topological_order.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"
#include "lockdep/validator_config.h"
#include "lockdep/violation.h"

namespace lockdep {

class Validator {
 public:
  using Config = ValidatorConfig;

  explicit Validator(const Config& config);
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;

  // Returns a context for a new thread, or null when memory ended.
  ThreadContext* CreateThread(const char* name);
  // The thread ends.  What it still holds is the host's to report (ReportHeld).
  void DestroyThread(ThreadContext* thread);

  // Call before blocking on a lock, or after a trylock succeeded.
  __attribute__((always_inline)) void Acquire(ThreadContext& thread,
                                              const Acquisition& acquisition) {
    // No known chain has a class that is not known, or ends in a thread that is
    // switched off, or in a validator that stopped.
    const ClassId class_id = acquisition.lock->CachedClass(acquisition.subclass);
    const LockUse use = internal::UseOf(class_id, acquisition).With(thread.context);
    const ChainKey key = NextChainKey(thread.chain_key, use);
    if (!chains_.ContainsAtOnce(key) || thread.held.full() || acquisition.nest_lock != nullptr)
        [[unlikely]] {
      // A copy, so that nothing needs the address of what the caller made.
      const Acquisition copy = acquisition;
      return AcquireSlow(thread, copy);
    }
    internal::Push(thread, acquisition, use, key);
  }

  // Call when a lock is released, before others can take it.
  __attribute__((always_inline)) void Release(ThreadContext& thread, const LockMap& lock,
                                              const CallSite& site) {
    // A thread that is switched off stands on its floor.
    if (!thread.held.is_newest_loose() || thread.held.newest().lock != &lock) [[unlikely]] {
      const CallSite copy = site;
      return ReleaseSlow(thread, lock, copy);
    }
    // In this order: what a handler takes in between must not count as proved without
    // a lock that is still on the stack.
    const ChainKey before = InOrder(thread.held.newest().previous_chain_key);
    thread.held.Pop();
    InOrder(thread.chain_key) = before;
  }

  // A blocking acquisition that was announced did not succeed (EDEADLK,
  // timeout, signal): forget it.  Never a violation.
  void CancelAcquire(ThreadContext& thread, const LockMap& lock);

  // Says where the thread runs from now on and what may interrupt it: call on
  // entry to and exit from an interruption, and when one is masked or allowed.
  // Locks that are held now count as held while the new contexts are enabled.
  void SetContexts(ThreadContext& thread, const ContextState& state, const CallSite& site);

  // The thread waits for those who hold the lock without taking it (lock_sync,
  // as in synchronize_rcu): as taking and releasing it, but nothing can come
  // between.
  void Sync(ThreadContext& thread, const Acquisition& acquisition);

  // The thread ends the wait of those who wait for this (a post, a signal; their
  // side is Sync): they depend on what it holds now, but for what it only tried.
  void Wake(ThreadContext& thread, const Acquisition& acquisition);

  // The same of a lock that was taken and need not be held any more: who waits needs
  // somebody to get it first.  `thread` tells it, also of another one that has ended.
  void WakeAfter(ThreadContext& thread, const Acquisition& acquisition,
                 const PastAcquisition& taken);

  // The thread is about to wait in this way for something that is no lock
  // (might_sleep): reported if what it holds, or where it runs, forbids that.
  void CheckWait(ThreadContext& thread, WaitType wait, const CallSite& site);

  // A held write lock becomes a read lock of the given mode.  One that is not
  // held, or held for reading, is reported (invalid-lock-state) and left alone.
  void Downgrade(ThreadContext& thread, const LockMap& lock, ReadMode mode, const CallSite& site);

  // A held lock, whose map the host gave another key, name or wait types, or
  // which is to be of another subclass, moves to that class; it and what was
  // taken after it is proved anew.
  void ChangeClass(ThreadContext& thread, const LockMap& lock, uint8_t subclass,
                   const CallSite& site);

  // A pinned lock must not be released before Unpin took every cookie back
  // (pin-violated).  Repin pins again with a cookie of an earlier Pin.
  PinCookie Pin(ThreadContext& thread, const LockMap& lock, const CallSite& site);
  void Repin(ThreadContext& thread, const LockMap& lock, PinCookie cookie, const CallSite& site);
  void Unpin(ThreadContext& thread, const LockMap& lock, PinCookie cookie, const CallSite& site);

  // The thread's events are ignored until TurnOn was called as often; what it
  // holds stays held.
  void TurnOff(ThreadContext& thread);
  void TurnOn(ThreadContext& thread);

  // Whether the thread holds this very lock, and how.
  bool IsHeld(const ThreadContext& thread, const LockMap& lock, HeldMode mode) const;

  // The memory of a lock ends, or it is initialised anew: reports it if the
  // thread holds it, and drops it from what the thread holds.
  void DestroyLock(ThreadContext& thread, const LockMap& lock, const CallSite& site);

  // Reports each lock that the thread holds now, as `kind` (kHeldAtExit).
  // `subject`, if not null, is where it goes instead of ending: "user space".
  void ReportHeld(ThreadContext& thread, ViolationKind kind, const char* subject = nullptr);

  // The classes with keys in [first, first + count) end: their dependencies,
  // usages and chains are forgotten, and what the thread holds of them is
  // reported (held-lock-destroyed) and dropped.  A lock with such a key makes a
  // new class when it is used again.  Cost: linear in chains, and in classes that there
  // ever were for many keys; constant in them for few.
  void ForgetKeys(ThreadContext& thread, ClassKey first, uint64_t count, const CallSite& site);

  // Keys that come and go.  Register returns false if the key is registered
  // already; Unregister forgets it, and returns false if it is not registered.
  bool RegisterKey(ClassKey key);
  bool UnregisterKey(ThreadContext& thread, ClassKey key, const CallSite& site);
  bool IsRegisteredKey(ClassKey key);

  // The thread holds nothing, every chain is proved anew, and findings about one
  // lock may be told again (lockdep_reset).
  void Reset(ThreadContext& thread);

  // Reports a rule that the host states and found broken.  Repetitions from
  // the same place are ignored; returns whether it was new.  `subject` and
  // `rule` must outlive the validator.  `lock` may be null.
  bool ReportRule(ThreadContext& thread, ViolationKind kind, const LockMap* lock,
                  const char* subject, const char* rule, const CallSite& site);

  // For findings of the host's own: keeps the stacks with which the step from a
  // lock that the thread holds to what it waits for now would be told.
  struct StepStacks {
    StackId from = StackId::kNone;
    StackId to = StackId::kNone;
  };
  StepStacks KeepStacks(ThreadContext& thread, const HeldLock& held, const CallSite& site);

  // Reports what the host found where `thread` is now: adds the thread, its stack
  // and what it holds.  Repetitions about the same class from the same place are
  // ignored; returns whether it was new.
  bool Report(ThreadContext& thread, Violation& violation, const CallSite& site);

  // The host found that these threads wait for each other and cannot go on, in the
  // order of the cycle if it is one; `thread` is the one that tells.  `story` is one
  // clause for people.
  void ReportDeadlock(ThreadContext& thread, std::span<const DeadlockedThread> parties,
                      const char* story, const CallSite& site);

  // Forgets what a thread holds, without a word: a new execution begins.
  void ResetHeld(ThreadContext& thread);

  // Fork: the forking thread calls LockGraph before it, so that nobody is in
  // the cold path; then UnlockGraph in the parent and AfterForkInChild in the
  // child, where only `survivor` (may be null) lives on.  What it holds and
  // the graph stay.  Between them the thread must tell of no event: the cold
  // path would wait for it.
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

  void AcquireSlow(ThreadContext& thread, const Acquisition& acquisition);
  void ReleaseSlow(ThreadContext& thread, const LockMap& lock, const CallSite& site);
  // Returns the entry to work on; reports the lock and returns null if it is not held.
  HeldLock* HeldOrReport(ThreadContext& thread, const LockMap& lock, ViolationKind kind,
                         const char* rule, const CallSite& site);
  void ReportUninitialised(Scene& scene, const LockMap& lock);
  void ReportLock(ThreadContext& thread, const LockMap& lock, const HeldLock* held,
                  ViolationKind kind, const char* rule, const CallSite& site);
  HeldLock* HeldForPin(ThreadContext& thread, const LockMap& lock, const CallSite& site);
  void Reacquire(ThreadContext& thread, const HeldLock& first, const CallSite& site);
  void MarkHeld(ThreadContext& thread, const CallSite& site);

  // All below: under the graph lock.
  void SetFree(ThreadContext* thread);
  bool GrowHeld(ThreadContext& thread);
  const LockClass* RegisterClass(const LockMap& lock, uint8_t subclass);
  bool ReserveClass(const LockClass& lock_class);
  void LinkDeclaredArcs(const LockClass& lock_class);
  void AddDeclaredArcs(const LockClass& from, const LockClass& to, const DeclaredArc& arc);
  bool Recognise(Scene& scene, const Acquisition& acquisition);
  ChainKey Prove(Scene& scene);
  void InsertChain(ChainKey key);
  void KeepChain(Scene& scene, const ChainLink& chain);
  void KeepLink(const ChainLink& link);
  void ForgetChains();
  void ValidateNewChain(Scene& scene);

  struct Recursion {
    const HeldLock* held;  // In the way; or null.
    bool serialised;       // By the nest lock.
  };
  static bool Recurses(const Scene& scene, const HeldLock& held);
  Recursion FindRecursion(const Scene& scene) const;
  void CheckRecursion(Scene& scene);
  void ReportRecursion(Scene& scene, const HeldLock& held);
  ViolationEdge StepFrom(Scene& scene, const HeldLock& held);
  void CheckNestLock(Scene& scene);
  void CheckDependencies(Scene& scene);
  struct End;  // One of the two ends of a dependency.
  bool Observe(Scene& scene, const End& from, const End& to);
  bool Learn(Scene& scene, Dependency& edge, const Witness& witness);
  bool AddDependency(Scene& scene, const HeldLock& held);
  bool AddWake(Scene& scene, const HeldLock& held);
  bool ClosesCycle(Scene& scene, Dependency& edge, const Witness& closing);
  void ReportCycle(Scene& scene, const Dependency& edge, const Witness& closing,
                   CycleSearch::Path path);
  bool DescribeParty(const DeadlockedThread& party, ViolationEdge* edge);
  bool Covers(ThreadContext& thread, uint32_t index) const;
  void StopCovering(ClassId id);

  struct WaitLimit {
    WaitType type;
    const HeldLock* by;  // Null: by the context.
  };
  WaitLimit LimitOf(const ThreadContext& thread, WaitType of_context) const;
  void CheckWaitContext(Scene& scene);

  void MarkAcquisition(Scene& scene);
  void MarkUsage(Scene& scene, LockUse use, const LockMap& lock, UsageKind kind,
                 ContextSet contexts);
  void CheckUsage(Scene& scene, ClassId id, UsageKind kind, ContextSet context);
  void CheckInterruptions(Scene& scene, Dependency& edge, const Witness& closing);
  void CollectUsages(Direction direction, CycleSearch::State start, ContextSet context,
                     internal::StableArray<ClassId>& met);
  bool FindUntold(ContextSet context, ClassId* used, ClassId* enabled) const;
  bool CheckInterruption(Scene& scene, const Dependency& edge, const Witness& closing,
                         ContextSet context);
  void LearnReach(const Dependency& edge);
  void RebuildReach();
  // Whether some context may reach the class, or another from it.
  bool ConnectsContexts(ClassId id) const {
    return (enabled_reach_.At(id, false) | used_reach_.At(id, false)) != 0;
  }
  struct WalkEnd {
    bool found;
    ClassId class_id;
    CycleSearch::Path path;
  };
  template <typename Wanted>
  WalkEnd WalkUsages(Direction direction, CycleSearch::State start, const Wanted& wanted);
  void ReportContexts(Scene& scene, ClassId used, ClassId enabled, ContextSet context,
                      std::span<const ViolationEdge> steps);
  static uint64_t ContextPair(ClassId used, ClassId enabled, ContextSet context);
  bool WasTold(ClassId used, ClassId enabled, ContextSet context) const;
  static ViolationUsage DescribeUsage(ClassId id, const UsageWitness* witness);

  const char* ContextName(int bit) const;
  void TellContexts(ContextSet contexts);
  void StopLocked(const char* reason);

  StackId PutStack(std::span<const uintptr_t> pcs);
  StackId LiveStack(Scene& scene);
  StackId StackOf(Scene& scene, const HeldLock& held);
  StackId StackOf(Scene& scene, const End& end);
  ViolationLock Describe(Scene& scene, const HeldLock& held);
  ViolationEdge* NewEdges(size_t count);
  static ChainKey NewsKey(ViolationKind kind, uint64_t what, const CallSite& site);
  bool IsNews(ViolationKind kind, uint64_t what, const CallSite& site);
  void Emit(Scene& scene, Violation& violation);

  internal::Arena arena_;
  internal::RawLock graph_lock_;
  std::atomic<bool> stopped_{false};
  ClassRegistry classes_;
  ContextTable contexts_;
  ChainCache chains_;
  internal::StableArray<ChainLink> chain_links_;  // Of what is proved, as told.
  DependencyGraph graph_;
  TopologicalOrder order_;
  UsageTable usages_;
  ContextReach enabled_reach_;
  ContextReach used_reach_;
  CycleSearch search_;
  internal::StableArray<ClassId> met_enabled_;  // By the walks of CheckInterruption.
  internal::StableArray<ClassId> met_used_;
  internal::StackDepot stacks_;
  ChainCache reported_;  // Keys of violations already told.
  // Classes that no longer stand for what is held below them: a dependency
  // towards them was told or not made.
  ChainCache not_covering_;
  internal::KeySet keys_;  // Registered ones.
  Config config_;

  // Guarded by the graph lock.
  ThreadContext* threads_ = nullptr;
  ThreadContext* free_threads_ = nullptr;
  ThreadRecord* thread_records_ = nullptr;
  ContextSet told_contexts_ = 0;
  uint32_t thread_count_ = 0;
  uint64_t violations_ = 0;
  uint64_t past_acquisitions_ = 0;  // Of threads that ended.
};

}  // namespace lockdep

#endif  // LOCKDEP_VALIDATOR_H_
