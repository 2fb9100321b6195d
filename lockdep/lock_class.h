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
  // Must outlive the validator; null when `origin` tells instead.
  const char* name = nullptr;
  // The lock in the host's memory: an identity to compare and to print.
  const void* address = nullptr;
  uintptr_t origin = 0;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  LockKind kind = LockKind::kUnknown;

  // Cache of the registry's answers for the first subclasses.
  static constexpr unsigned kCachedSubclasses = 2;
  mutable std::atomic<ClassId> class_cache[kCachedSubclasses] = {};

  LockMap() = default;
  constexpr LockMap(ClassKey class_key, const char* lock_name, LockKind lock_kind)
      : key(class_key), name(lock_name), address(this), kind(lock_kind) {}
};

// Constant after registration.
struct LockClass {
  ClassId id = ClassId::kNone;
  ClassKey key;
  uint8_t subclass = 0;
  LockKind kind = LockKind::kUnknown;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  const char* name = nullptr;
  uintptr_t origin = 0;
  const void* first_instance = nullptr;
};

class ClassRegistry {
 public:
  explicit ClassRegistry(internal::Arena& arena) : arena_(arena) {}

  // Returns the class, or null if it was never registered.
  const LockClass* Find(ClassKey key, uint8_t subclass) const;

  // Returns the class, made if needed; null when memory ended.  `*is_new` tells.
  const LockClass* Register(const LockMap& map, uint8_t subclass, bool* is_new);

  // REQUIRES: `id` was returned by this registry.
  const LockClass& Get(ClassId id) const;

  uint32_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  // Classes live in blocks that double in size and never move.
  static constexpr unsigned kFirstBlockBits = 8;
  static constexpr unsigned kBlocks = 24;

  // Open addressing; replaced, never changed in place, when it grows.
  struct Table {
    uint32_t mask;
    std::atomic<LockClass*> slots[1];
  };

  LockClass* NewClass();
  bool ReserveSlot();

  internal::Arena& arena_;
  // Written under the graph lock, read by all: release/acquire publishes the classes.
  std::atomic<uint32_t> size_{0};
  std::atomic<Table*> table_{nullptr};
  std::atomic<LockClass*> blocks_[kBlocks] = {};
};

}  // namespace lockdep

#endif  // LOCKDEP_LOCK_CLASS_H_
