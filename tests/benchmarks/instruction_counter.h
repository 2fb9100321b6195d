// Counts machine instructions exactly, by stepping through them one by one in a
// child process: the same number in each run, whatever else the machine does.
//
// The counted code stands between two LOCKDEP_COUNTER_MARK().  Its system calls
// count as one instruction each.  x86-64 only.

#ifndef TESTS_BENCHMARKS_INSTRUCTION_COUNTER_H_
#define TESTS_BENCHMARKS_INSTRUCTION_COUNTER_H_

#include <functional>
#include <optional>

namespace lockdep {

#define LOCKDEP_COUNTER_MARK() asm volatile("int3" ::: "memory")

// Runs `body` in a child and returns the number of instructions between its
// marks; nothing if this system does not allow tracing, or the marks were not met.
std::optional<long> CountInstructions(const std::function<void()>& body);

}  // namespace lockdep

#endif  // TESTS_BENCHMARKS_INSTRUCTION_COUNTER_H_
