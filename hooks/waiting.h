// Who waits for what, for as long as it waits: a thread that has tried in vain
// publishes it, and one that has waited for a while looks whether this can end.
//
// It cannot if (1) a cycle leads from the thread over what it waits for, and who
// holds that, back to it; (2) who held it has ended and left it locked (left_locks.h); or (3) every
// thread of the process waits, and none of these waits is over.  Waits with a time limit of the
// program's count as running.
//
// Costs nothing where nobody waits: no thread, no timer, no signal of ours.  The wait
// for a mutex, a rwlock, a spinlock or a thread wakes up a few times to look.  Other waits cannot
// be interrupted without being seen; they look once, before they begin, if everybody
// else waits already, and a thread that ends looks for them.
//
// Limits: what is released behind our back (by another process, by a thread that
// libc did not make) is not known to come: of what processes share, cycles alone are told.
// Of locks that a program tells of itself, cycles alone, too.
// Thread safety: each thread publishes its own; looking reads all of them.

#ifndef LOCKDEP_HOOKS_WAITING_H_
#define LOCKDEP_HOOKS_WAITING_H_

#include <pthread.h>
#include <time.h>

#include <cerrno>
#include <cstdint>

#include "hooks/caller.h"

namespace lockdep::hooks {

enum class WaitKind : uint8_t {
  kNone,
  kMutex,
  kReadLock,
  kWriteLock,
  kSpinLock,
  kOnce,  // The end of what runs once.
  kSemaphore,
  kCondition,
  kThread,  // The object is its pthread_t.
  kBarrier,
  // A lock that the program tells of itself: when the wait for it is over, it does not say
  // (AnnounceWait).
  kAnnotated,
  kAnnotatedRead,
};

constexpr bool IsAnnotated(WaitKind kind) {
  return kind == WaitKind::kAnnotated || kind == WaitKind::kAnnotatedRead;
}

struct Waiter;

// Deadlines of CLOCK_MONOTONIC, one after the other: four a second at first, and never more than
// 0.75 s apart.
class Steps {
 public:
  timespec Next();
  // Whether all is to be looked at after the last one; that is ever more rarely so.
  bool is_whole_look() const { return steps_left_ == 0; }

 private:
  unsigned count_ = 0;
  unsigned steps_left_ = 0;
};

// Publishes a wait of the calling thread for its life.
class PublishedWait {
 public:
  PublishedWait(WaitKind kind, const void* object, const Caller& caller,
                const void* releases = nullptr);
  ~PublishedWait() { End(); }
  PublishedWait(const PublishedWait&) = delete;
  PublishedWait& operator=(const PublishedWait&) = delete;

  // Looks whether the wait can end; tells if it cannot.
  void Look();
  // The same, if who had the lock has ended: costs next to nothing.
  void LookForLeftLock();
  void LookAfter(const Steps& steps) { steps.is_whole_look() ? Look() : LookForLeftLock(); }
  // The same before a wait that will not be interrupted: whether all wait.
  void LookOnce();
  // The same, and whether it closes a cycle.
  void LookForCycle();
  // It is over.  Again: nothing.
  void End();
  // A cancelled thread runs no destructors of ours.
  static void OnCancelled(void* wait) { static_cast<PublishedWait*>(wait)->End(); }

 private:
  void LookAlone();

  Waiter* waiter_;
  const Caller caller_;
};

// Waits in steps, with a look after each.  `until(&deadline)` says ETIMEDOUT if it was
// too short, and EINVAL if it cannot be limited; then `forever()` waits.
template <typename Until, typename Forever>
int WaitInSteps(PublishedWait& wait, const Until& until, const Forever& forever) {
  for (Steps steps;;) {
    const timespec deadline = steps.Next();
    const int result = until(&deadline);
    if (result == EINVAL) {
      wait.LookForCycle();
      return forever();
    }
    if (result != ETIMEDOUT) return result;
    wait.LookAfter(steps);
  }
}

// Waits at a cancellation point.
template <typename Wait>
int WaitCancellably(PublishedWait& wait, const Wait& real_wait) {
  int result;
  pthread_cleanup_push(PublishedWait::OnCancelled, &wait);
  result = real_wait();
  pthread_cleanup_pop(0);
  return result;
}

// The calling thread, which has just told the engine that it takes the lock, waits for it unless it
// has it; looks whether that closes a cycle.  Over once it takes another lock, at the latest.
void AnnounceWait(WaitKind kind, const void* lock, const Caller& caller);
void EndAnnouncedWait();

// The count of threads that could still run.
void NoteThreadCreated(int change);
// For a thread whose end will not be seen: from then on somebody could always run.
inline constexpr int kUnseenThread = 1 << 20;
// The calling thread is about to be gone: those that are left may now wait for ever.
void NoteOwnEnd();
// After NoteOwnEnd, of the first thread.
void NoteMainEnd();
// In the child of a fork.
void ForgetOtherWaiters();
// Waits for the condition that began before are over, though they may not know yet.
void NoteSignal(const void* condition);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_WAITING_H_
