// What a host says of an attempt to take a lock, and how it asks for one held.

#ifndef LOCKDEP_ACQUISITION_H_
#define LOCKDEP_ACQUISITION_H_

#include <cstdint>

#include "lockdep/call_site.h"
#include "lockdep/lock_class.h"
#include "lockdep/types.h"

namespace lockdep {

struct Acquisition {
  const LockMap* lock = nullptr;
  ReadMode mode = ReadMode::kWrite;
  TryLock trylock = TryLock::kNo;
  Check check = Check::kFull;
  uint8_t subclass = 0;
  // A lock, held below the others of this class, that serialises taking several
  // of them; or null.
  const LockMap* nest_lock = nullptr;
  // The host knows in which order the locks of this class may be nested and checks
  // that itself: only the very same lock, taken again, would be rule 1's.
  bool host_orders_class = false;
  CallSite site;
};

// A lock that a thread took before it ended a wait, and may have released since.
struct PastAcquisition {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  const void* address = nullptr;
  CallSite site;
};

// Which way of holding IsHeld asks for.
enum class HeldMode : uint8_t { kAny, kWrite, kRead };

// What Pin gave out; Unpin takes it back.
struct PinCookie {
  uint32_t value = 0;  // 0: nothing was pinned.
};

}  // namespace lockdep

#endif  // LOCKDEP_ACQUISITION_H_
