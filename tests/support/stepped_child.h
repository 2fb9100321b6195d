// Delivers a signal at every single instruction of a piece of code, one run each.
//
// The code runs in a child that its parent steps with ptrace.  A signal that is
// blocked where it is sent is delivered when it is no longer; such places are left out,
// but for the first.
//
// x86-64 only.

#ifndef TESTS_SUPPORT_STEPPED_CHILD_H_
#define TESTS_SUPPORT_STEPPED_CHILD_H_

#include <functional>
#include <optional>
#include <string>

namespace lockdep::testing {

// Between two of these stands the code that is interrupted.
#define LOCKDEP_STEP_MARK() asm volatile("int3" ::: "memory")

struct Interruptions {
  long places = 0;      // At so many instructions the signal came.
  std::string failure;  // What `run` said first of all: empty if it was content.
};

// Calls `run` for each instruction between the marks that it passes, with SIGUSR1 coming
// before that instruction.  It installs the handler itself, and returns what went wrong,
// or nothing.  Nothing if this system does not allow tracing.
std::optional<Interruptions> InterruptEverywhere(const std::function<std::string()>& run);

// The same with SIGUSR1 before each instruction of the code and, in a run of its own each
// time, SIGUSR2 before each instruction that comes after: those of the first handler, and
// those that are left of the code.
std::optional<Interruptions> InterruptTwiceEverywhere(const std::function<std::string()>& run);

}  // namespace lockdep::testing

#endif  // TESTS_SUPPORT_STEPPED_CHILD_H_
