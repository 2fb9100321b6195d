// From the kernel's lockdep_map to the engine's LockMap inside it.
//
// A lock in static memory needs no initialisation: its map is made ready when
// it is first used.  Anything else that was not initialised is refused, with a
// finding, and its events are ignored.
//
// Thread safety: lock-free for a map that is ready; several threads may meet one
// that is not.

#ifndef LOCKDEP_KERNEL_READY_MAP_H_
#define LOCKDEP_KERNEL_READY_MAP_H_

#include <new>

#include "lockdep/kernel/map.h"
#include "lockdep/kernel/world.h"
#include "lockdep/lock_class.h"

namespace lockdep::kernel {

// The value of lockdep_map::state for a map whose events are ignored.
inline constexpr unsigned kIgnored = ~0u;

// REQUIRES: the map is ready.
inline LockMap& EngineMap(lockdep_map& map) {
  return *std::launder(reinterpret_cast<LockMap*>(map.map));
}
inline const LockMap& EngineMap(const lockdep_map& map) {
  return *std::launder(reinterpret_cast<const LockMap*>(map.map));
}

inline bool IsReady(const lockdep_map& map) {
  return __atomic_load_n(&map.state, __ATOMIC_ACQUIRE) == the_world.epoch();
}

// Makes it ready; null if it is, or becomes, one whose events are ignored.
LockMap* MakeReady(lockdep_map& map, ThreadContext& thread, const CallSite& site);

inline LockMap* ReadyMap(lockdep_map& map, ThreadContext& thread, const CallSite& site) {
  if (IsReady(map)) [[likely]]
    return &EngineMap(map);
  return MakeReady(map, thread, site);
}

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_READY_MAP_H_
