// A lock class is the set of locks that obey the same rules.  A rule proved
// for one lock of a class holds for all of them.
//
// A LockMap is what a host keeps for each lock: the twin of the kernel's
// struct lockdep_map.  The registry turns (class key, subclass) into a LockClass.
//
// Thread safety: Registry::Find and Get are lock-free; Register needs the
// validator's graph lock.  A LockMap may be used by several threads at once.

#ifndef LOCKDEP_LOCK_CLASS_H_
#define LOCKDEP_LOCK_CLASS_H_

#include <atomic>
#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/pointer_table.h"
#include "lockdep/internal/stable_array.h"
#include "lockdep/types.h"

namespace lockdep {

// Identifies a class, as the address of a static lock_class_key does in the
// kernel.  Hosts make it from an address, an initialisation site or a name.
struct ClassKey {
  uint64_t value = 0;
  friend bool operator==(ClassKey, ClassKey) = default;
};

// How a class without a name of its own can be named when a report is made.
enum class ClassOrigin : uint8_t {
  kNamed,          // `name` says it.
  kStaticAddress,  // `origin` is the address of a static object: ask the symbol table.
  kInitSite,       // `origin` is a code address: where its locks are initialised.
  kFirstUse,       // `origin` is a code address: where a lock of it was first taken.
};

struct LockMap {
  ClassKey key;
  // Copied when the class is made; null when `origin` tells instead.
  const char* name = nullptr;
  // The lock in the host's memory: an identity to compare and to print.
  const void* address = nullptr;
  uintptr_t origin = 0;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  LockKind kind = LockKind::kUnknown;
  // How its locks wait, once they are held (inner) and to be taken (outer;
  // kUnchecked: as inner).
  WaitType wait_inner = WaitType::kUnchecked;
  WaitType wait_outer = WaitType::kUnchecked;
  LockRole role = LockRole::kLock;

  // Cache of the registry's answers for the first subclasses.
  static constexpr unsigned kCachedSubclasses = 2;
  mutable std::atomic<ClassId> class_cache[kCachedSubclasses] = {};

  // The class of this subclass if it is in the cache, else kNone.
  ClassId CachedClass(uint8_t subclass) const {
    if (subclass >= kCachedSubclasses) [[unlikely]]
      return ClassId::kNone;
    // Relaxed: the class itself is reached through the registry, which publishes it.
    return class_cache[subclass].load(std::memory_order_relaxed);
  }

  LockMap() = default;
  constexpr LockMap(ClassKey class_key, const char* lock_name, LockKind lock_kind)
      : key(class_key), name(lock_name), address(this), kind(lock_kind) {}

  // Moves the lock to another class; if it may be held, tell Validator::ChangeClass.
  void SetClass(ClassKey class_key, const char* lock_name) {
    key = class_key;
    name = lock_name;
    for (auto& cached : class_cache) cached.store(ClassId::kNone, std::memory_order_relaxed);
  }
};

// Constant after registration, but for `forgotten`.
struct LockClass {
  ClassId id = ClassId::kNone;
  ClassKey key;
  uint8_t subclass = 0;
  LockKind kind = LockKind::kUnknown;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  WaitType wait_inner = WaitType::kUnchecked;
  WaitType wait_outer = WaitType::kUnchecked;  // Never kUnchecked if inner is not.
  LockRole role = LockRole::kLock;
  const char* name = nullptr;  // The class's own copy.
  uintptr_t origin = 0;
  const void* first_instance = nullptr;
  bool forgotten = false;  // Its key was taken away; the id stays its own.  Read by IsForgotten.

  // Relaxed: whoever sees it late acts as if it had come earlier.
  bool IsForgotten() const { return __atomic_load_n(&forgotten, __ATOMIC_RELAXED); }
  void Forget() { __atomic_store_n(&forgotten, true, __ATOMIC_RELAXED); }

  uint64_t Hash() const { return HashOf(key, subclass); }
  static uint64_t HashOf(ClassKey key, uint8_t subclass) {
    const uint64_t mixed = (key.value ^ uint64_t{subclass} << 56) * 0x9e3779b97f4a7c15u;
    return mixed ^ mixed >> 29;
  }
};

class ClassRegistry {
 public:
  explicit ClassRegistry(internal::Arena& arena) : arena_(arena), classes_(arena), table_(arena) {}

  // Returns the class, or null if it was never registered, or forgotten.
  const LockClass* Find(ClassKey key, uint8_t subclass) const;

  // Returns the class, made if needed; null when memory ended.  `*is_new` tells.
  const LockClass* Register(const LockMap& map, uint8_t subclass, bool* is_new);

  // From now on the key stands for no class, or for a new one.
  void Forget(ClassId id) {
    classes_[static_cast<uint32_t>(id) - 1].Forget();
    ++forgotten_;
  }

  // REQUIRES: `id` was returned by this registry.
  const LockClass& Get(ClassId id) const { return classes_[static_cast<uint32_t>(id) - 1]; }

  // How many there ever were; ids go from 1 to this.
  uint32_t size() const { return classes_.size(); }
  uint32_t live() const { return size() - forgotten_; }

 private:
  internal::Arena& arena_;
  internal::StableArray<LockClass> classes_;
  internal::PointerTable<LockClass> table_;
  uint32_t forgotten_ = 0;  // Guarded by the graph lock.
};

}  // namespace lockdep

#endif  // LOCKDEP_LOCK_CLASS_H_
