#include "hooks/session.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/environment.h"
#include "hooks/exit_report.h"
#include "hooks/grading.h"
#include "hooks/handler_contexts.h"
#include "hooks/preload_syscall.h"
#include "hooks/real.h"
#include "hooks/recording.h"
#include "hooks/signal_handlers.h"
#include "hooks/thread_context.h"
#include "hooks/thread_order.h"
#include "hooks/timing.h"
#include "hooks/waiting.h"
#include "lockdep/native_stack_fork.h"

namespace lockdep::hooks {

constinit Session the_session;

namespace {

constinit MadeLater<Recording> the_recording;

Recording& recording() { return *the_recording; }

void FindOwnPath(PathText* path) {
  dl_find_object found;
  if (_dl_find_object(&the_session, &found) == 0) *path << found.dlfo_link_map->l_name;
}

bool WasAskedForReport(const Options& options) {
  return !options.report.empty() || !options.log_path.empty();
}

// Makes the path absolute, since the program may go elsewhere before it is read.  A file
// that cannot be read is told at once; what is in it, when it is read.
void UseFile(const char* option, OptionPath* path) {
  const bool is_builtin_order = strchr(path->text, '/') == nullptr && strcmp(option, "order") == 0;
  if (path->empty()) return;
  if (access(path->text, R_OK) != 0) {
    if (is_builtin_order && errno == ENOENT) return;
    const char* reason = strerrordesc_np(errno);
    Say(Line() << "LOCKDEP_OPTIONS: '" << option << "=" << path->text
               << "': " << (reason != nullptr ? reason : "it cannot be read") << "; it is ignored");
    *path = {};
    return;
  }
  char directory[kMaxOptionText + 1];
  if (path->text[0] == '/' || getcwd(directory, sizeof(directory)) == nullptr) return;
  Text<kMaxOptionText + 1> absolute;
  absolute << directory << "/" << path->text;
  if (!absolute.truncated()) memcpy(path->text, absolute.c_str(), absolute.view().size() + 1);
}

}  // namespace

bool Session::Start() {
  pid_ = getpid();
  prctl(PR_GET_NAME, process_name_);
  ReadOptions();
  if (!locks_.Map()) return false;
  locks_.set_class_by(options_.class_by);
  Recording& observer = the_recording.Make();
  validator_.Make(Validator::Config{.observer = &observer,
                                    .stacks = &engine_,
                                    .context_names = context_names,
                                    .handlers_are_excluded = true});
  if (options_.lock_stat) StartTiming();
  PathText own_path;
  FindOwnPath(&own_path);
  FindTool(options_, own_path.view(), &tool_);
  engine_.Start(&validator(), &observer, options_.record_events);
  observer.Start(options_, pid_);
  if (options_.verbosity > 0) {
    Say(Line() << "watching process " << static_cast<uint64_t>(pid_) << " (" << process_name_
               << ")");
  }
  return true;
}

void Session::ReadOptions() {
  const char* text = FindVariable("LOCKDEP_OPTIONS");
  OptionProblem problem;
  if (text != nullptr && !ParseOptions(text, &options_, &problem)) {
    Say(Line() << "LOCKDEP_OPTIONS: '" << problem.part << "': " << problem.reason
               << "; it is ignored");
  }
  if (options_.help) SayOptions();
  UseFile("suppressions", &options_.suppressions);
  UseFile("order", &options_.order);
}

void Session::SayOptions() const {
  Say(Line() << "LOCKDEP_OPTIONS=key=value:key=value, where the keys are");
  for (const OptionInfo& option : OptionTable()) {
    Say(Line() << "  " << option.name << " (default '" << option.default_value
               << "'): " << option.help);
  }
}

record::Totals Session::SumUp() {
  const ValidatorStats stats = validator().Stats();
  return {
      .lock_operations = stats.acquisitions, .locks = locks_.locks_begun(), .chains = stats.chains};
}

void Session::DoDueWork() {
  const record::Totals totals = SumUp();
  engine_.Lock();
  recording().WriteTotals(totals);
  if (TimesAreDue()) WriteTimes();
  engine_.Unlock();
  if (options_.halt_on_error && recording().has_failed()) {
    const int status = static_cast<int>(options_.exitcode);
    Finish(status);
    real::_exit(status);
  }
}

void Session::WriteTimes() {
  const uint64_t began = TimeNow();
  recording().WriteLockStat(Times(), validator().classes().size());
  NoteTimesWritten(began);
}

void Session::AfterDeadlock() {
  DoDueWork();
  if (options_.abort_on_deadlock) real::_exit(Finish(static_cast<int>(options_.exitcode)));
  if (!recording().is_private() && !WasAskedForReport(options_)) return;
  MakeExitReports(ReportAtHand());
}

ExitReport Session::ReportAtHand() const {
  return {options_, tool_.c_str(),          recording().path(),
          pid_,     recording().findings(), recording().has_failed()};
}

void Session::TellAgain() {
  grading.TellAgain([](const Violation& violation) { recording().Tell(violation); });
}

void Session::BeforeFork() { engine_.Lock(); }

void Session::AfterForkInParent() { engine_.Unlock(); }

void Session::AfterForkInChild() {
  pid_ = getpid();
  ResetNativeStackInChild();
  recording().StartAgainInChild(pid_);
  engine_.UnlockInChild(RenewThreadAfterFork());
  ForgetOtherWaiters();
  ForgetTimes();
  LeaveHandlersAfterFork();
  is_forked_ = true;
  is_finished_.store(false, std::memory_order_relaxed);
}

void Session::ResumeAfterFork(ThreadContext* survivor) {
  is_forked_ = false;
  engine_.ResumeAfterFork(survivor);
}

void Session::CompleteRecording() {
  const record::Totals totals = SumUp();
  engine_.Lock();
  thread_order.NoteEnd();
  TellAgain();
  recording().EnsureOpen();
  if (IsTiming()) WriteTimes();
  recording().Finish(totals, locks_.locks_missed(), FutexWaits());
  engine_.Unlock();
}

// Not for a child that shares our memory, nor for one that did nothing yet.
int Session::Finish(int status) {
  if (getpid() != pid_ || is_forked_ || is_finished_.exchange(true)) return status;
  const bool is_recording_all = !recording().is_private() && !WasAskedForReport(options_);
  const bool may_break_order = !options_.order.empty() && locks_.locks_begun() != 0;
  const bool has_news =
      recording().findings() != 0 || WasAskedForReport(options_) || may_break_order;
  if (is_recording_all || has_news) CompleteRecording();
  if (is_recording_all) return status;
  ExitVerdict verdict{.all_made = true, .has_failed = recording().has_failed()};
  if (has_news) verdict = MakeExitReports(ReportAtHand());
  if (verdict.all_made) recording().DeleteIfPrivate();
  return verdict.has_failed && options_.exitcode != 0 ? static_cast<int>(options_.exitcode)
                                                      : status;
}

}  // namespace lockdep::hooks
