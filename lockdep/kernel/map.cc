#include "lockdep/kernel/map.h"

#include <new>

#include "lockdep/kernel/class_keys.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

extern "C" {
lock_class_key __lockdep_no_validate__;
lock_class_key __lockdep_no_track__;
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

void Fill(lockdep_map& map) {
  auto* engine_map = new (map.map) LockMap();
  engine_map->key = {reinterpret_cast<uintptr_t>(map.key)};
  engine_map->name = map.name;
  engine_map->address = &map;
  __atomic_store_n(&map.state, the_world.epoch(), __ATOMIC_RELEASE);
}

// What is wrong with initialising a map so; null if nothing.
const char* Objection(const char* name, const lock_class_key* key, int subclass) {
  if (name == nullptr) return "lockdep_init_map_type() needs a name";
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
      Fill(map);
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
           .name = name == nullptr ? "NULL" : name,
           .wait_type_outer = outer,
           .wait_type_inner = inner,
           .lock_type = lock_type,
           .subclass = static_cast<unsigned char>(subclass),
           .state = 0,
           .map = {}};
  const char* objection = Objection(name, key, subclass);
  if (objection != nullptr) return Refuse(*lock, *thread, objection, LOCKDEP_KERNEL_SITE(0));
  if (key == &__lockdep_no_track__) return Ignore(*lock);
  Fill(*lock);
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
