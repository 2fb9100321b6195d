// The engine as the hooks call it.
//
// With a complete log of events (option record_events) each call is written down
// before it is made, and calls are made one after the other, so that a replay does
// what the process did.  Without it a call costs one look at a flag; the hot path
// (hot_path.h), which does not call the engine, is not taken while there is a log.
//
// Invariant: what is written of an event stands in the file before what the engine
// learnt from it, so that a file that is cut short replays to what it says.
//
// Lock order: that of the log before the graph lock.  Thread safety: as Validator.

#ifndef LOCKDEP_HOOKS_ENGINE_H_
#define LOCKDEP_HOOKS_ENGINE_H_

#include <span>

#include "hooks/recording.h"
#include "lockdep/lockdep.h"
#include "lockdep/record/event.h"

namespace lockdep::hooks {

class Engine final : public StackSource {
 public:
  constexpr Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Called once, before the first event.  The validator is the caller's to make, with
  // this as its source of stacks.
  void Start(Validator* validator, Recording* recording, bool logs_events);

  bool logs_events() const { return logs_events_; }

  __attribute__((always_inline)) void Acquire(ThreadContext& thread,
                                              const Acquisition& acquisition) {
    if (logs_events_) [[unlikely]]
      return AcquireLogged(thread, acquisition);
    validator_->Acquire(thread, acquisition);
  }
  __attribute__((always_inline)) void Release(ThreadContext& thread, const LockMap& lock,
                                              const CallSite& site) {
    if (logs_events_) [[unlikely]]
      return ReleaseLogged(thread, lock, site);
    validator_->Release(thread, lock, site);
  }
  ThreadContext* CreateThread(const char* name);
  void DestroyThread(ThreadContext* thread);
  void CancelAcquire(ThreadContext& thread, const LockMap& lock);
  void DestroyLock(ThreadContext& thread, const LockMap& lock, const CallSite& site);
  void Sync(ThreadContext& thread, const Acquisition& acquisition);
  void Wake(ThreadContext& thread, const Acquisition& acquisition);
  void WakeAfter(ThreadContext& thread, const Acquisition& acquisition,
                 const PastAcquisition& taken);
  void SetContexts(ThreadContext& thread, const ContextState& state, const CallSite& site);
  void ReportHeld(ThreadContext& thread);
  void ResetHeld(ThreadContext& thread);
  Validator::StepStacks KeepStacks(ThreadContext& thread, const HeldLock& held,
                                   const CallSite& site);
  void Report(ThreadContext& thread, Violation& violation, const CallSite& site);
  void ReportDeadlock(ThreadContext& thread, std::span<const DeadlockedThread> parties,
                      const char* story, const CallSite& site);

  // A wait for it was ended by a thread that holds nothing.
  void NoteEndsFreely(ThreadContext& thread, const LockMap& lock);

  // In the child of a fork: tells the recording all that is known, and the log what
  // `survivor`, which may be null, holds.
  void ResumeAfterFork(ThreadContext* survivor);

  // Keeps everybody out of the engine and of the recording.
  void Lock();
  void Unlock();
  // In the child of a fork, in place of Unlock.
  void UnlockInChild(ThreadContext* survivor);

  size_t Capture(std::span<StackFrame> frames) override;

 private:
  class LoggedCall;

  void AcquireLogged(ThreadContext& thread, const Acquisition& acquisition);
  void ReleaseLogged(ThreadContext& thread, const LockMap& lock, const CallSite& site);
  void Write(record::EventOp op, const ThreadContext& thread, const LockMap* lock,
             const Acquisition& how);
  void WriteContexts(const ThreadContext& thread, const ContextState& state, const CallSite& site);
  void WriteTaken(const ThreadContext& thread, const PastAcquisition& taken);
  void WriteHostFinding(const ThreadContext& thread, uint64_t findings_before);
  const char* NameOf(const LockMap& lock) const;

  Validator* validator_ = nullptr;
  Recording* recording_ = nullptr;
  bool logs_events_ = false;
  // Guarded by the log's lock: whether the stack of the event at hand is still to come.
  bool wants_stack_ = false;
  NativeStack stacks_;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_ENGINE_H_
