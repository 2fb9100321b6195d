// What this process writes down: the engine's observer.  It passes everything
// on to a Recorder and counts the findings.
//
// A recording that nobody asked for by name begins with the first lock
// operation, so that programs without any leave no trace.  A child of fork
// gets a recording of its own; a child that was made behind libc's back
// writes nothing, and one that shares our memory (vfork) writes as we do.
//
// Thread safety: as for every Observer; the other functions say who may call.

#ifndef LOCKDEP_HOOKS_RECORDING_H_
#define LOCKDEP_HOOKS_RECORDING_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>

#include "hooks/raw_sink.h"
#include "lockdep/lockdep.h"
#include "lockdep/options.h"
#include "lockdep/record/event_log.h"
#include "lockdep/record/recorder.h"

namespace lockdep::hooks {

class Recording final : public Observer {
 public:
  // Prepares to record the process `pid`; opens the file if `options` name one.
  // Called once, before the first event.
  void Start(const Options& options, pid_t pid);

  // In the child of a fork, before its first event.
  void StartAgainInChild(pid_t pid);

  // Opens the file if that has not been tried; returns whether there is one.
  // Under the graph lock, or before there are events.
  bool EnsureOpen();

  // The log of events, if the options ask for one.  StartEvents, which returns false if
  // memory ended, begins it anew; all but Lock under its lock.
  bool StartEvents() { return events_.Start(); }
  void LockEvents() { events_.Lock(); }
  void UnlockEvents() { events_.Unlock(); }
  void AddEvent(const record::Event& event, const LockMap* lock, const char* name);
  void AddEventStack(std::span<const StackFrame> frames) { events_.AddStack(frames); }
  void FlushEvents();

  // Under the graph lock, and that of the log.
  void WriteTotals(const record::Totals& totals);
  void WriteLockStat(LockStat& times, uint32_t classes);
  void Finish(const record::Totals& totals, uint64_t locks_missed, uint64_t futex_waits);

  // Deletes the file if nobody asked for it.
  void DeleteIfPrivate();

  bool is_private() const { return options_->record.empty(); }
  const char* path() const { return path_.c_str(); }
  uint64_t findings() const { return findings_.load(std::memory_order_relaxed); }

  // Whether some finding reaches the option fail_on.
  bool has_failed() const { return has_failed_.load(std::memory_order_relaxed); }

  // A finding, graded.  Under the graph lock.
  void Tell(const Violation& violation);

  void OnThread(ThreadId id, const char* name) override;
  void OnClass(const LockClass& lock_class) override;
  void OnStack(StackId id, std::span<const uintptr_t> pcs) override;
  void OnDependency(const Dependency& edge, const Witness& witness) override;
  void OnChain(const ChainLink& chain, ContextSet in) override;
  void OnContext(int bit, const char* name) override;
  void OnUsage(const LockClass& lock_class, const UsageWitness& witness) override;
  void OnViolation(const Violation& told) override;
  void OnStopped(const char* reason) override;

 private:
  bool MayWrite() const;
  bool IsOurs();
  bool Begin();
  int Open();
  void SayFailure(const char* what, int error, const char* consequence);
  void NoteGrowth();

  const Options* options_ = nullptr;
  pid_t pid_ = 0;
  PathText path_;
  char command_[1024] = {};
  // Wiped by the kernel in any child that has memory of its own.
  const std::atomic<bool>* is_ours_ = nullptr;

  // Guarded by the graph lock.
  bool tried_to_open_ = false;
  bool has_said_failure_ = false;
  bool is_finished_ = false;
  uint64_t facts_ = 0;
  uint64_t next_totals_ = 1;

  // Counted under the graph lock, read at will.
  std::atomic<uint64_t> findings_{0};
  std::atomic<bool> has_failed_{false};
  record::Recorder recorder_;
  record::EventLog events_;  // Guarded by its own lock.
};

// Replaces %p by the process id and %% by %.
void ExpandPattern(const char* pattern, pid_t pid, PathText* path);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_RECORDING_H_
