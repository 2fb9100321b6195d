// Runs small programs on locks that really block, in all interleavings.
//
// It knows how locks behave and nothing of dependencies:
//   - a writer waits while anybody holds the lock;
//   - a recursive reader waits while a writer holds it;
//   - a plain reader waits while a writer holds it, or waits for it and came first;
//   - a trylock that cannot have the lock goes on without it, and then its
//     unlock does nothing.
//
// Source: linux v6.12 Documentation/locking/lockdep-design.rst, "Block conditions
// on readers/writers of the same lock instance".

#ifndef TESTS_ORACLE_LOCK_SIMULATOR_H_
#define TESTS_ORACLE_LOCK_SIMULATOR_H_

#include <optional>

#include "tests/oracle/step.h"

namespace lockdep::oracle {

// Each thread of the program takes its own steps in order; how the program
// interleaves them does not matter.  Returns a schedule at the end of which some
// threads wait and nobody can go on, or nothing if there is none.
// REQUIRES: only acquisitions and releases; what a thread takes it gives back; at
// most 32 steps a thread.
std::optional<Program> FindDeadlock(const Program& program);

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_LOCK_SIMULATOR_H_
