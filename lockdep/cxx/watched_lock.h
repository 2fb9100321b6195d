// What the validator knows of one lock of a C++ program: the part that all
// watched locks share.
//
// All locks of one name are one class, so that an order that is proved for two of
// them holds for all.  A lock without a name is a class of its own.
//
// Thread safety: as the lock itself.

#ifndef LOCKDEP_CXX_WATCHED_LOCK_H_
#define LOCKDEP_CXX_WATCHED_LOCK_H_

#include "lockdep/kernel.h"

namespace lockdep {

class WatchedLock {
 public:
  // `name` must live as long as the program.  Can be constant-initialised: it may
  // be used before main and by other static objects.
  constexpr WatchedLock(const char* name, lockdep_lock_kind kind)
      : map_{.key = name == nullptr ? &__lockdep_class_of_lock__ : &__lockdep_class_of_name__,
             .name = name,
             .wait_type_outer = LD_WAIT_INV,
             .wait_type_inner = LD_WAIT_SLEEP,
             .lock_type = LD_LOCK_NORMAL,
             .kind = static_cast<unsigned char>(kind),
             .subclass = 0,
             .state = 0,
             .map = {}} {}
  WatchedLock(const WatchedLock&) = delete;
  WatchedLock& operator=(const WatchedLock&) = delete;
  ~WatchedLock() { debug_check_no_locks_freed(&map_, sizeof map_); }

  enum Mode { kWrite = 0, kRead = 1, kRecursiveRead = 2 };

  // Before the lock is waited for.
  void Waits(Mode mode, unsigned subclass = 0) {
    lock_acquire(&map_, subclass, /*trylock=*/0, mode, /*check=*/1, nullptr, _THIS_IP_);
  }
  // Takes the lock by waiting, with `lock`; where lock_stat is on, a wait is timed,
  // and there is one if `try_lock` fails.
  template <typename TryLock, typename Lock>
  void WaitWith(const TryLock& try_lock, const Lock& lock) {
    if (__atomic_load_n(&lock_stat, __ATOMIC_RELAXED) == 0) [[likely]]
      return lock();
    if (try_lock()) return;
    lock_contended(&map_, _THIS_IP_);
    lock();
    lock_acquired(&map_, _THIS_IP_);
  }
  // After a try or a wait with a time limit; returns whether it succeeded.
  bool Tried(Mode mode, bool succeeded) {
    if (succeeded) lock_acquire(&map_, 0, /*trylock=*/1, mode, /*check=*/1, nullptr, _THIS_IP_);
    return succeeded;
  }
  // Before it is released.
  void Releases() { lock_release(&map_, _THIS_IP_); }

  // Whether this thread holds it; false if nobody watches.
  bool IsHeld() const { return lock_is_held(&map_) == LOCK_STATE_HELD; }

  // Whether it holds it for reading.
  bool IsHeldForReading() const { return lock_is_held_type(&map_, 1) == LOCK_STATE_HELD; }

  // What lock_stat counted of its class.
  lockdep_class_times Times() const {
    lockdep_class_times times;
    lockdep_times_of(&map_, &times);
    return times;
  }

  // Reports it (invalid-lock-state) if this thread does not hold it so.
  void AssertHeld(Mode mode) const {
    const bool broken = mode == kWrite ? lock_is_held_type(&map_, 0) == LOCK_STATE_NOT_HELD
                                       : lock_is_held(&map_) == LOCK_STATE_NOT_HELD;
    if (broken) {
      lockdep_report_broken_rule(&map_, mode == kWrite ? "AssertHeld()" : "AssertReaderHeld()",
                                 _THIS_IP_);
    }
  }

 private:
  lockdep_map map_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CXX_WATCHED_LOCK_H_
