// What a host supplies to the engine and what it hears from it.
//
// Observers are called from the cold path with the graph lock held: an
// implementation must not call back into the validator, must not wait for a
// lock that a thread may hold while it acquires, and must not throw.

#ifndef LOCKDEP_RUNTIME_H_
#define LOCKDEP_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lockdep/call_site.h"
#include "lockdep/chain_key.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/lock_class.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"
#include "lockdep/violation.h"

namespace lockdep {

// Captures the calling thread's stack, innermost frame first; returns the
// count.  Called without any lock of the engine, by several threads at once.
class StackSource {
 public:
  virtual size_t Capture(std::span<StackFrame> frames) = 0;

 protected:
  ~StackSource() = default;
};

// Hears of everything new, once.  An id is announced before it is used.
class Observer {
 public:
  virtual void OnThread(ThreadId /*id*/, const char* /*name*/) {}
  virtual void OnClass(const LockClass& /*lock_class*/) {}
  virtual void OnStack(StackId /*id*/, std::span<const uintptr_t> /*pcs*/) {}
  virtual void OnDependency(const Dependency& /*edge*/, const Witness& /*witness*/) {}
  // A chain was proved, in these contexts, after the one that it continues; one that
  // was forgotten and proved anew is told again.
  virtual void OnChain(const ChainLink& /*chain*/, ContextSet /*in*/) {}
  // A bit of a ContextSet comes into use; `name` is the host's.
  virtual void OnContext(int /*bit*/, const char* /*name*/) {}
  // A class was used in contexts, or enabled for some, that it was not before.
  virtual void OnUsage(const LockClass& /*lock_class*/, const UsageWitness& /*witness*/) {}
  // Two classes that a declared order names both exist now.
  virtual void OnDeclaredArc(ClassId /*from*/, ClassId /*to*/, const DeclaredArc& /*arc*/) {}
  virtual void OnViolation(const Violation& /*violation*/) {}
  // Validation stopped for good: `reason` is one clause, such as "out of memory".
  virtual void OnStopped(const char* /*reason*/) {}

 protected:
  ~Observer() = default;
};

}  // namespace lockdep

#endif  // LOCKDEP_RUNTIME_H_
