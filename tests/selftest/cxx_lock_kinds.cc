#include "tests/selftest/cxx_lock_kinds.h"

#include <memory>

#include "lockdep/cxx.h"

namespace lockdep {
namespace {

// Memory of its own, so that it may end while the lock in it is held.
template <typename Lock>
void* Make(const char* name, lock_class_key* /*key*/) {
  return new (std::allocator<Lock>().allocate(1)) Lock(name);
}

template <typename Lock>
void Destroy(void* memory) {
  auto* lock = static_cast<Lock*>(memory);
  lock->~Lock();
  std::allocator<Lock>().deallocate(lock, 1);
}

template <typename Lock>
lock_kind Writer(const char* name) {
  return {.name = name,
          .make = Make<Lock>,
          .destroy = Destroy<Lock>,
          .lock = [](void* lock) { static_cast<Lock*>(lock)->lock(); },
          .try_lock = [](void* lock) { return static_cast<Lock*>(lock)->try_lock(); },
          .unlock = [](void* lock) { static_cast<Lock*>(lock)->unlock(); }};
}

template <typename Lock>
lock_kind Reader(const char* name) {
  return {.name = name,
          .make = Make<Lock>,
          .destroy = Destroy<Lock>,
          .lock = [](void* lock) { static_cast<Lock*>(lock)->lock_shared(); },
          .try_lock = [](void* lock) { return static_cast<Lock*>(lock)->try_lock_shared(); },
          .unlock = [](void* lock) { static_cast<Lock*>(lock)->unlock_shared(); }};
}

lock_kind PthreadMutex() {
  lock_kind kind = Writer<Mutex>("pthread_mutex");
  kind.lock_nested = [](void* lock, unsigned level) {
    static_cast<Mutex*>(lock)->lock_nested(level);
  };
  return kind;
}

}  // namespace

const std::vector<lock_kind>& CxxLockKinds() {
  static const auto& kinds = *new std::vector<lock_kind>{
      PthreadMutex(), Writer<RecursiveMutex>("pthread_recursive_mutex"),
      Writer<SharedMutex>("pthread_rwlock_write"), Reader<SharedMutex>("pthread_rwlock_read")};
  return kinds;
}

}  // namespace lockdep
