#include "lockdep/kernel/map.h"

#include <atomic>
#include <new>

#include "lockdep/kernel/class_keys.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

extern "C" {
lock_class_key __lockdep_no_validate__;
lock_class_key __lockdep_no_track__;
lock_class_key __lockdep_class_of_name__;
lock_class_key __lockdep_class_of_lock__;
}

namespace lockdep::kernel {
namespace {

constinit internal::RawLock ready_lock;

static_assert(sizeof(LockMap) <= sizeof(lockdep_map::map) && alignof(LockMap) <= 8);

void Ignore(lockdep_map& map) { __atomic_store_n(&map.state, kIgnored, __ATOMIC_RELEASE); }

// Refuses a map: says why, once for each place, and ignores it from now on.
void Refuse(lockdep_map& map, ThreadContext& thread, const char* rule, const CallSite& site) {
  Ignore(map);
  the_world.validator().ReportRule(thread, ViolationKind::kInvalidLockState, nullptr,
                                   "a lock of its own", rule, site);
}

LockKind KindOf(const lockdep_map& map) {
  switch (map.kind) {
    case LOCKDEP_KIND_MUTEX:
      return LockKind::kMutex;
    case LOCKDEP_KIND_RECURSIVE_MUTEX:
      return LockKind::kRecursiveMutex;
    case LOCKDEP_KIND_RWLOCK:
      return LockKind::kRwLock;
    case LOCKDEP_KIND_SPINLOCK:
      return LockKind::kSpinLock;
    default:
      return LockKind::kUnknown;
  }
}

// Class keys that are no address, and never equal to one.
constexpr uint64_t kNameKey = uint64_t{1} << 63;
constexpr uint64_t kLockKey = uint64_t{1} << 62;

// FNV-1a: names are short, and looked at once for each lock.
ClassKey KeyOfName(const char* name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (; *name != '\0'; ++name) hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001b3u;
  return {kNameKey | hash >> 2};
}

ClassKey NewKey() {
  static constinit std::atomic<uint64_t> next{1};
  return {kLockKey | next.fetch_add(1, std::memory_order_relaxed)};
}

// Without a name, a static lock is called by its symbol and any other by the
// place where it was first met.
void NameByPlace(const lockdep_map& map, const CallSite& site, LockMap& engine_map) {
  const bool is_static = IsStatic(&map);
  engine_map.origin_kind = is_static ? ClassOrigin::kStaticAddress : ClassOrigin::kFirstUse;
  engine_map.origin = is_static ? reinterpret_cast<uintptr_t>(&map) : site.pcs[0];
}

void Fill(lockdep_map& map, const CallSite& site) {
  auto* engine_map = new (map.map) LockMap();
  if (map.key == &__lockdep_class_of_name__) {
    engine_map->key = KeyOfName(map.name);
  } else if (map.key == &__lockdep_class_of_lock__) {
    engine_map->key = NewKey();
  } else {
    engine_map->key = {reinterpret_cast<uintptr_t>(map.key)};
  }
  engine_map->name = map.name;
  if (map.name == nullptr) NameByPlace(map, site, *engine_map);
  engine_map->address = &map;
  engine_map->kind = KindOf(map);
  __atomic_store_n(&map.state, the_world.epoch(), __ATOMIC_RELEASE);
}

// What is wrong with initialising a map so; null if nothing.
const char* Objection(const char* name, const lock_class_key* key, int subclass) {
  if (name == nullptr && key != &__lockdep_class_of_lock__) {
    return "lockdep_init_map_type() needs a name";
  }
  if (key == nullptr) return "lockdep_init_map_type() needs a key";
  if (subclass < 0 || static_cast<unsigned long>(subclass) >= MAX_LOCKDEP_SUBCLASSES) {
    return "a subclass is below MAX_LOCKDEP_SUBCLASSES";
  }
  if (!IsStatic(key) && !class_keys.Contains(*key)) {
    return "a key outside static memory must be registered (lockdep_register_key) before use";
  }
  return nullptr;
}

}  // namespace

LockMap* MakeReady(lockdep_map& map, ThreadContext& thread, const CallSite& site) {
  if (__atomic_load_n(&map.state, __ATOMIC_ACQUIRE) == kIgnored) return nullptr;
  {
    internal::RawLockHolder lock(ready_lock);
    if (IsReady(map)) return &EngineMap(map);
    if (map.key == nullptr && IsStatic(&map)) {
      map.key = reinterpret_cast<lock_class_key*>(&map);
    }
    if (map.key == &__lockdep_no_track__) {
      Ignore(map);
      return nullptr;
    }
    if (map.key != nullptr) {
      Fill(map, site);
      return &EngineMap(map);
    }
  }
  Refuse(map, thread, "a lock outside static memory must be initialised before use", site);
  return nullptr;
}

}  // namespace lockdep::kernel

using namespace lockdep::kernel;

void lockdep_init_map_type(lockdep_map* lock, const char* name, lock_class_key* key, int subclass,
                           unsigned char inner, unsigned char outer, unsigned char lock_type) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  *lock = {.key = key,
           .name = name == nullptr && key != &__lockdep_class_of_lock__ ? "NULL" : name,
           .wait_type_outer = outer,
           .wait_type_inner = inner,
           .lock_type = lock_type,
           .kind = LOCKDEP_KIND_UNKNOWN,
           .subclass = static_cast<unsigned char>(subclass),
           .state = 0,
           .map = {}};
  const char* objection = Objection(name, key, subclass);
  if (objection != nullptr) return Refuse(*lock, *thread, objection, LOCKDEP_KERNEL_SITE(0));
  if (key == &__lockdep_no_track__) return Ignore(*lock);
  Fill(*lock, LOCKDEP_KERNEL_SITE(0));
}

void lockdep_register_key(lock_class_key* key) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  const char* rule = nullptr;
  if (IsStatic(key)) {
    rule = "a key in static memory is not registered";
  } else if (!class_keys.Add(*key)) {
    rule = "a key is registered once";
  }
  if (rule == nullptr) return;
  the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kInvalidLockState, nullptr,
                                   "a class key", rule, LOCKDEP_KERNEL_SITE(0));
}

void lockdep_unregister_key(lock_class_key* key) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr || class_keys.Remove(*key)) return;
  the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kInvalidLockState, nullptr,
                                   "a class key", "only a registered key is unregistered",
                                   LOCKDEP_KERNEL_SITE(0));
}
