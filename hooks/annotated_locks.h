// Locks of a program's own making, which it tells of (lockdep/annotate.h).
//
// Invariants: those of HookScope.
// Thread safety: a local variable of one call.

#ifndef LOCKDEP_HOOKS_ANNOTATED_LOCKS_H_
#define LOCKDEP_HOOKS_ANNOTATED_LOCKS_H_

#include <cstdint>

#include "hooks/wait_scope.h"
#include "lockdep/annotate.h"

namespace lockdep::hooks {

class AnnotationScope : public WaitScope {
 public:
  using WaitScope::WaitScope;

  // `kind` as in lockdep/annotate.h, and what it cannot mean is a mutex; `name` may be null.
  void Created(const void* lock, int kind, const char* name);
  void Destroyed(const void* lock);
  void BeforeLock(const void* lock, ReadMode mode);
  // It has what BeforeLock was for; not everybody says so.
  static void AfterLock();
  // It has waited and has it, where that is all that is said.
  void Waited(const void* lock, ReadMode mode);
  void NotTaken(const void* lock);
  void Taken(const void* lock, ReadMode mode);
  void BeforeUnlock(const void* lock);

 private:
  static ResourceId Refer(const void* lock, LockKind kind = LockKind::kUnknown);
  // Returns whether the thread is to wait for it.
  bool Take(const void* lock, ReadMode mode, TryLock trylock);
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_ANNOTATED_LOCKS_H_
