// Which addresses may serve as class keys: those in static memory, and those
// that were registered.
//
// Thread safety: any thread; a short lock of its own, none of the engine's is
// taken inside it.

#ifndef LOCKDEP_KERNEL_CLASS_KEYS_H_
#define LOCKDEP_KERNEL_CLASS_KEYS_H_

#include "lockdep/internal/raw_lock.h"
#include "lockdep/kernel/map.h"

namespace lockdep::kernel {

// Whether the address lies in the program or a library that is loaded.
bool IsStatic(const void* address);

// The registered keys.  The list runs through the keys themselves, so there may
// be any number of them.
class ClassKeys {
 public:
  constexpr ClassKeys() = default;

  // Returns whether it was not registered yet.
  bool Add(lock_class_key& key);
  // Returns whether it was registered.
  bool Remove(lock_class_key& key);
  bool Contains(const lock_class_key& key);

 private:
  static constexpr unsigned kBuckets = 1024;

  // The link that points to the key, or the null one at the end of its bucket.
  lock_class_key** Find(const lock_class_key& key);

  internal::RawLock lock_;
  lock_class_key* buckets_[kBuckets] = {};
};

extern constinit ClassKeys class_keys;

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_CLASS_KEYS_H_
