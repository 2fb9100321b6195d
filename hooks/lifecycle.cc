#include "hooks/lifecycle.h"

#include <stdlib.h>
#include <sys/auxv.h>

#include <atomic>
#include <cerrno>

#include "hooks/allocations.h"
#include "hooks/plain_mutex.h"
#include "hooks/plain_rwlock.h"
#include "hooks/raw_sink.h"
#include "hooks/real.h"
#include "hooks/session.h"
#include "hooks/termination.h"
#include "hooks/thread_context.h"

// The vtables of interfaces name it.  That of the C++ library reports by stdio and malloc.
extern "C" [[noreturn]] void __cxa_pure_virtual() { __builtin_trap(); }

namespace lockdep::hooks {
namespace {

constinit std::atomic<Stage> stage{Stage::kEarly};

// Closed by nobody's hook, perhaps inside one, for as long as it lives.
class ClosedGate {
 public:
  ClosedGate() : gate_(thread_slot.gate), gate_pc_(thread_slot.gate_pc) {
    CloseGate(frame_.caller());
  }
  ~ClosedGate() {
    thread_slot.gate_pc = gate_pc_;
    OpenGate(gate_);
  }
  ClosedGate(const ClosedGate&) = delete;
  ClosedGate& operator=(const ClosedGate&) = delete;

 private:
  const StandInFrame frame_;
  const uintptr_t gate_;
  const uintptr_t gate_pc_;
};

void BeforeFork() { session().BeforeFork(); }
void AfterForkInParent() { session().AfterForkInParent(); }
void AfterForkInChild() { session().AfterForkInChild(); }

// Calling exit again from an exit handler is how glibc lets one change the
// status and still flushes what the program wrote.
void AtExit(int status, void*) {
  const int wanted = FinishProcess(status);
  if (wanted != status) exit(wanted);
}

void AtQuickExit() { FinishProcess(0); }

// Ours are the first registered, so the last to run: after the destructors of
// the program and of every library.  on_exit, unlike atexit, is not tied to
// the library that calls it.
bool RegisterHandlers() {
  return real::__register_atfork(BeforeFork, AfterForkInParent, AfterForkInChild, nullptr) == 0 &&
         on_exit(AtExit, nullptr) == 0 && at_quick_exit(AtQuickExit) == 0;
}

Stage Start() {
  real::ResolveAll();
  RememberStandardError();
  if (getauxval(AT_SECURE) != 0) {
    Say(Line() << "this program runs with raised privileges and is not watched");
    return Stage::kDisabled;
  }
  if (!session().Start() || !RegisterHandlers()) {
    Say(Line() << "no memory to watch this program");
    return Stage::kDisabled;
  }
  PrepareForPlainMutexes(session().pid());
  PrepareForPlainRwlocks();
  PrepareForThreads();
  StartNotingAllocations();
  if (session().options().report_on_sigterm) ReportOnTermination();
  return Stage::kActive;
}

}  // namespace

// Acquire: who sees kActive must see what Start made.
Stage CurrentStage() { return stage.load(std::memory_order_acquire); }

bool EnsureActive() {
  Stage seen = Stage::kEarly;
  if (stage.compare_exchange_strong(seen, Stage::kResolving, std::memory_order_acq_rel)) {
    const int saved_errno = errno;
    seen = Start();
    stage.store(seen, std::memory_order_release);
    errno = saved_errno;
  }
  return seen == Stage::kActive;
}

void StartIfEarly() {
  if (CurrentStage() != Stage::kEarly || thread_slot.gate != kNoGate) return;
  const ClosedGate closed;
  EnsureActive();
}

// Not in Start, which an allocator may have brought about that holds its own lock.
__attribute__((constructor)) static void OnLoad() {
  StartIfEarly();
  if (CurrentStage() != Stage::kActive) return;
  // Closed by no hook, so never found abandoned, however near the next one is called.
  constexpr uintptr_t kShutGate = kNoGate | 2;
  const uintptr_t gate = thread_slot.gate;
  OpenGate(kShutGate);
  LookBehindOperatorNew();
  OpenGate(gate);
}

int FinishProcess(int status) {
  if (CurrentStage() != Stage::kActive) return status;
  const ClosedGate closed;
  return session().Finish(status);
}

}  // namespace lockdep::hooks
