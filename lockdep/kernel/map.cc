#include "lockdep/kernel/map.h"

#include <dlfcn.h>

#include <atomic>
#include <new>

#include "lockdep/kernel/class_order.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/kernel/world.h"

extern "C" {
lock_class_key __lockdep_no_validate__;
lock_class_key __lockdep_no_track__;
lock_class_key __lockdep_class_of_name__;
lock_class_key __lockdep_class_of_lock__;
}

namespace lockdep::kernel {

constinit internal::RawLock ready_lock;

namespace {

static_assert(static_cast<int>(WaitType::kSleep) == LD_WAIT_SLEEP &&
              static_cast<int>(LockRole::kWaitOverride) == LD_LOCK_WAIT_OVERRIDE);
static_assert(sizeof(LockMap) <= sizeof(lockdep_map::map) && alignof(LockMap) <= 8);

ClassKey KeyOf(const void* key) { return {reinterpret_cast<uintptr_t>(key)}; }

// Whether the address lies in the program or in a library that is loaded.
bool IsStatic(const void* address) {
  dl_find_object module;
  return _dl_find_object(const_cast<void*>(address), &module) == 0;
}

bool MayBeUsed(const lock_class_key* key) {
  return IsStatic(key) || the_world.validator().IsRegisteredKey(KeyOf(key));
}

// Whether somebody initialised it, as far as one can see.
bool SeemsInitialised(const lockdep_map& map) {
  const bool is_of_use = __atomic_load_n(&map.state, __ATOMIC_RELAXED) == 0 || WasMadeReady(map);
  return is_of_use && map.wait_type_inner < LD_WAIT_MAX && map.wait_type_outer < LD_WAIT_MAX &&
         map.lock_type < LD_LOCK_MAX && MayBeUsed(map.key);
}

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

ClassKey EngineKeyOf(const lockdep_map& map) {
  if (map.key == &__lockdep_class_of_name__) return KeyOfName(map.name);
  return map.key == &__lockdep_class_of_lock__ ? NewKey() : KeyOf(map.key);
}

constinit std::atomic<uint64_t> ready_maps{0};

void Fill(lockdep_map& map, const CallSite& site) {
  ready_maps.fetch_add(1, std::memory_order_relaxed);  // Relaxed: only a sum.
  auto* engine_map = new (map.map) LockMap();
  engine_map->key = EngineKeyOf(map);
  engine_map->name = map.name;
  if (map.name == nullptr) NameByPlace(map, site, *engine_map);
  engine_map->address = &map;
  engine_map->kind = KindOf(map);
  engine_map->wait_inner = static_cast<WaitType>(map.wait_type_inner);
  engine_map->wait_outer = static_cast<WaitType>(map.wait_type_outer);
  engine_map->role = static_cast<LockRole>(map.lock_type);
  __atomic_store_n(&map.state, kReady, __ATOMIC_RELEASE);
}

// What is wrong with initialising a map so; null if nothing.
const char* Objection(const char* name, const lock_class_key* key, int subclass,
                      unsigned char inner, unsigned char outer, unsigned char lock_type) {
  if (name == nullptr && key != &__lockdep_class_of_lock__) {
    return "lockdep_init_map_type() needs a name";
  }
  if (key == nullptr) return "lockdep_init_map_type() needs a key";
  if (subclass < 0 || static_cast<unsigned long>(subclass) >= MAX_LOCKDEP_SUBCLASSES) {
    return "a subclass is below MAX_LOCKDEP_SUBCLASSES";
  }
  if (inner >= LD_WAIT_MAX || outer >= LD_WAIT_MAX) return "a wait type is below LD_WAIT_MAX";
  if (lock_type >= LD_LOCK_MAX) return "a lock type is below LD_LOCK_MAX";
  if (!MayBeUsed(key)) {
    return "a key outside static memory must be registered (lockdep_register_key) before use";
  }
  return nullptr;
}

}  // namespace

uint64_t CountReadyMaps() { return ready_maps.load(std::memory_order_relaxed); }

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
    if (SeemsInitialised(map)) {
      Fill(map, site);
      return &EngineMap(map);
    }
  }
  Refuse(map, thread, "a lock outside static memory must be initialised before use", site);
  return nullptr;
}

// The graph lock keeps the engine from reading the map meanwhile, and from keeping the
// class that it was of.
bool GiveClass(lockdep_map& map, const GivenClass& given, ThreadContext& thread,
               const CallSite& site) {
  const char* objection = Objection(given.name, given.key, static_cast<int>(given.subclass),
                                    map.wait_type_inner, map.wait_type_outer, map.lock_type);
  if (objection != nullptr || given.key == &__lockdep_no_track__) {
    the_world.validator().CancelAcquire(thread, EngineMap(map));
    objection != nullptr ? Refuse(map, thread, objection, site) : Ignore(map);
    return false;
  }
  the_world.validator().LockGraph();
  map.name = given.name;
  __atomic_store_n(&map.key, given.key, __ATOMIC_RELAXED);
  __atomic_store_n(&map.subclass, static_cast<unsigned char>(given.subclass), __ATOMIC_RELAXED);
  EngineMap(map).SetClass(EngineKeyOf(map), given.name);
  if (given.name == nullptr) NameByPlace(map, site, EngineMap(map));
  the_world.validator().UnlockGraph();
  return true;
}

const LockMap* ReadyNestLock(lockdep_map& map, ThreadContext& thread, const CallSite& site) {
  if (WasMadeReady(map) && !IsReady(map)) {
    for (const HeldLock& held : thread.held) {
      if (held.lock->address == EngineMap(map).address) return held.lock;
    }
  }
  return ReadyMap(map, thread, site);
}

}  // namespace lockdep::kernel

using namespace lockdep::kernel;

// NOLINTNEXTLINE(readability-function-size): the kernel's parameters.
void lockdep_init_map_type(lockdep_map* lock, const char* name, lock_class_key* key, int subclass,
                           unsigned char inner, unsigned char outer, unsigned char lock_type) {
  *lock = {.key = key,
           .name = name == nullptr && key != &__lockdep_class_of_lock__ ? "NULL" : name,
           .wait_type_outer = outer,
           .wait_type_inner = inner,
           .lock_type = lock_type,
           .kind = LOCKDEP_KIND_UNKNOWN,
           .subclass = static_cast<unsigned char>(subclass),
           .state = 0,
           .map = {}};
  // A thread that is not heard leaves the rest to the first use.
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  const char* objection = Objection(name, key, subclass, inner, outer, lock_type);
  if (objection != nullptr) return Refuse(*lock, *thread, objection, LOCKDEP_KERNEL_SITE(0));
  if (key == &__lockdep_no_track__) return Ignore(*lock);
  Fill(*lock, LOCKDEP_KERNEL_SITE(0));
}

namespace {

void ReportKey(lockdep::ThreadContext& thread, const char* rule, const lockdep::CallSite& site) {
  the_world.validator().ReportRule(thread, lockdep::ViolationKind::kInvalidLockState, nullptr,
                                   "a class key", rule, site);
}

void ForgetKeys(lockdep::ThreadContext& thread, lockdep::ClassKey first, uint64_t count,
                const lockdep::CallSite& site) {
  ForgetOrders(first.value, count);
  the_world.validator().ForgetKeys(thread, first, count, site);
  TimeDropped(thread);
}

}  // namespace

void lockdep_register_key(lock_class_key* key) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  if (IsStatic(key)) {
    ReportKey(*thread, "a key in static memory is not registered", LOCKDEP_KERNEL_SITE(0));
  } else if (!the_world.validator().RegisterKey(KeyOf(key))) {
    ReportKey(*thread, "a key is registered once", LOCKDEP_KERNEL_SITE(0));
  }
}

void lockdep_unregister_key(lock_class_key* key) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  const lockdep::CallSite site = LOCKDEP_KERNEL_SITE(0);
  if (!the_world.validator().UnregisterKey(*thread, KeyOf(key), site)) {
    return ReportKey(*thread, "only a registered key is unregistered", site);
  }
  ForgetOrders(KeyOf(key).value, 1);
  TimeDropped(*thread);
}

void lockdep_free_key_range(void* start, unsigned long size) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  ForgetKeys(*thread, KeyOf(start), size, LOCKDEP_KERNEL_SITE(0));
}

void lockdep_reset_lock(lockdep_map* lock) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr || !IsReady(*lock)) return;
  ForgetKeys(*thread, EngineMap(*lock).key, 1, LOCKDEP_KERNEL_SITE(0));
}
