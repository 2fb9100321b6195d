// From the kernel's lockdep_map to the engine's LockMap inside it.
//
// A lock in static memory needs no initialisation: its map is made ready when
// it is first used.  Anything else that was not initialised is refused, with a
// finding, and its events are ignored.  A map that was copied together with its
// lock is another lock of the same class.
//
// Thread safety: lock-free for a map that is ready; several threads may meet one
// that is not.

#ifndef LOCKDEP_KERNEL_READY_MAP_H_
#define LOCKDEP_KERNEL_READY_MAP_H_

#include <cstdint>
#include <new>

#include "lockdep/kernel/map.h"
#include "lockdep/kernel/world.h"
#include "lockdep/lock_class.h"

namespace lockdep::kernel {

// Values of lockdep_map::state; 0 when nobody looked at the map yet.
inline constexpr unsigned kReady = 1;
inline constexpr unsigned kIgnored = 2;

// REQUIRES: it was made ready, here or where it was copied from.
inline LockMap& EngineMap(lockdep_map& map) {
  return *std::launder(reinterpret_cast<LockMap*>(map.map));
}
inline const LockMap& EngineMap(const lockdep_map& map) {
  return *std::launder(reinterpret_cast<const LockMap*>(map.map));
}

inline bool WasMadeReady(const lockdep_map& map) {
  return __atomic_load_n(&map.state, __ATOMIC_ACQUIRE) == kReady;
}
inline bool IsReady(const lockdep_map& map) {
  return WasMadeReady(map) && EngineMap(map).address == &map;
}

// How many were made ready, those that are gone too.
uint64_t CountReadyMaps();

// Makes it ready; null if it is, or becomes, one whose events are ignored.
LockMap* MakeReady(lockdep_map& map, ThreadContext& thread, const CallSite& site);

inline LockMap* ReadyMap(lockdep_map& map, ThreadContext& thread, const CallSite& site) {
  if (IsReady(map)) [[likely]]
    return &EngineMap(map);
  return MakeReady(map, thread, site);
}

struct GivenClass {
  const char* name;
  lock_class_key* key;
  unsigned subclass;
};

// Moves a lock to another class, while others may be about to take it.  Returns false,
// and ignores its events from now on, if it cannot be of that class: that is reported.
// REQUIRES: it is ready.
bool GiveClass(lockdep_map& map, const GivenClass& given, ThreadContext& thread,
               const CallSite& site);

// As ReadyMap, for a lock that is named as a nest lock.  A copy of one that is held
// (a copied ww_acquire_ctx) stands for the one that it was copied from.
const LockMap* ReadyNestLock(lockdep_map& map, ThreadContext& thread, const CallSite& site);

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_READY_MAP_H_
