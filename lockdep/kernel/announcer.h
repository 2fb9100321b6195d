// What becomes of a finding: debug_locks falls, whoever asked is told, a line
// goes to standard error, and a recorder hears of it with all that came before.
//
// Thread safety: as for every Observer; the setters while the engine does not
// have it, SetHear under the graph lock.

#ifndef LOCKDEP_KERNEL_ANNOUNCER_H_
#define LOCKDEP_KERNEL_ANNOUNCER_H_

#include "lockdep/kernel/finding.h"
#include "lockdep/runtime.h"

namespace lockdep::kernel {

class Announcer final : public Observer {
 public:
  // Hears all that this one hears; may be null.
  void SetNext(Observer* next) { next_ = next; }
  // Names the classes in the lines; must outlive the announcer.
  void SetClasses(const ClassRegistry* classes) { classes_ = classes; }

  void OnThread(ThreadId id, const char* name) override;
  void OnClass(const LockClass& lock_class) override;
  void OnStack(StackId id, std::span<const uintptr_t> pcs) override;
  void OnDependency(const Dependency& edge, const Witness& witness) override;
  void OnChain(const ChainLink& chain, ContextSet in) override;
  void OnContext(int bit, const char* name) override;
  void OnUsage(const LockClass& lock_class, const UsageWitness& witness) override;
  void OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) override;
  void OnViolation(const Violation& violation) override;
  void OnStopped(const char* reason) override;

 private:
  class Line;

  const char* NameOf(ClassId id) const;
  void AddHeld(std::span<const ViolationLock> held, Line& line) const;
  void Announce(const Violation& violation) const;

  Observer* next_ = nullptr;
  const ClassRegistry* classes_ = nullptr;
};

// Who is told of each finding, whichever announcer the engine has.
using Hear = void (*)(const lockdep_finding* finding, void* data);
void SetHear(Hear hear, void* data);

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_ANNOUNCER_H_
