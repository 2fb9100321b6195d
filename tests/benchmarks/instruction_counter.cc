#include "tests/benchmarks/instruction_counter.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lockdep {
namespace {

// Waits for the child; returns whether it stopped because of a trap.
bool WaitForTrap(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

// A mark is told from a step by who raised the signal.
bool StoppedByStep(pid_t child) {
  siginfo_t info = {};
  return ptrace(PTRACE_GETSIGINFO, child, nullptr, &info) == 0 && info.si_code == TRAP_TRACE;
}

std::optional<long> StepFromMarkToMark(pid_t child) {
  if (ptrace(PTRACE_CONT, child, nullptr, nullptr) != 0 || !WaitForTrap(child)) return {};
  for (long count = 0;; ++count) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0 || !WaitForTrap(child)) return {};
    if (!StoppedByStep(child)) return count;
  }
}

}  // namespace

std::optional<long> CountInstructions(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child < 0) return {};
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    raise(SIGSTOP);
    body();
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return {};
  const std::optional<long> count = StepFromMarkToMark(child);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return count;
}

}  // namespace lockdep
