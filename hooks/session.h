// One watched process: the engine, the table of its locks, its recording, and
// what happens with them when it forks and when it ends.
//
// Lives in static storage without constructor or destructor: it is there before
// any code of the program runs and after all of it.
//
// Thread safety: what is not said otherwise may be called by any thread.

#ifndef LOCKDEP_HOOKS_SESSION_H_
#define LOCKDEP_HOOKS_SESSION_H_

#include <sys/types.h>

#include <atomic>

#include "hooks/engine.h"
#include "hooks/exit_report.h"
#include "hooks/instance_order.h"
#include "hooks/lock_identity.h"
#include "hooks/raw_sink.h"
#include "lockdep/lockdep.h"
#include "lockdep/made_later.h"
#include "lockdep/options.h"
#include "lockdep/record/recorder.h"

namespace lockdep::hooks {

class Session {
 public:
  constexpr Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Reads the options and makes the parts.  Returns false when memory ended.
  // Called once, before anything else.
  bool Start();

  Validator& validator() { return *validator_; }
  // Where events go.
  Engine& engine() { return engine_; }
  LockTable& locks() { return locks_; }
  InstanceOrder& instance_order() { return instance_order_; }
  const Options& options() const { return options_; }
  pid_t pid() const { return pid_; }
  const char* process_name() const { return process_name_; }

  // What the observer could not do under the graph lock: writes the sums, and
  // ends the process if a finding is to do that.
  void DoDueWork();

  // Threads were found to wait for each other for ever: makes the reports of a process
  // that may never end by itself, or ends it, as the options say.
  void AfterDeadlock();

  // Findings that were notes and are none any more go to the recording.  Under the
  // graph lock.
  void TellAgain();

  // The handlers of a fork.  The graph lock is held from the first to one of
  // the others, so the child finds the engine whole.
  void BeforeFork();
  void AfterForkInParent();
  void AfterForkInChild();

  // A child takes up recording only when it first meets a hook: most execute
  // another program before that.
  bool is_forked() const { return is_forked_; }
  // `survivor` is the engine context of the thread that goes on; null if it had none.
  void ResumeAfterFork(ThreadContext* survivor);

  // The process ends: completes the recording and has the report made.
  // Returns the exit status to use.  A second call changes nothing.
  int Finish(int status);

 private:
  void ReadOptions();
  void SayOptions() const;
  ExitReport ReportAtHand() const;
  record::Totals SumUp();
  void CompleteRecording();
  void WriteTimes();

  MadeLater<Validator> validator_;
  Engine engine_;
  LockTable locks_;
  InstanceOrder instance_order_;
  // Constant after Start, but for a fork.
  pid_t pid_ = 0;
  char process_name_[17] = {};
  Options options_;
  PathText tool_;
  bool is_forked_ = false;
  std::atomic<bool> is_finished_{false};
};

extern constinit Session the_session;

inline Session& session() { return the_session; }

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SESSION_H_
