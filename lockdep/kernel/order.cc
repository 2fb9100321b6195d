#include "lockdep/kernel/order.h"

#include <atomic>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/never_destroyed.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/kernel/class_order.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

namespace lockdep::kernel {

constinit internal::RawLock orders_lock;

namespace {

// Entries stay for good; that of a class that ended, and so orders nothing, serves the
// next one.
struct ClassOrder {
  std::atomic<uint64_t> key;
  std::atomic<lock_cmp_fn> compare;
  ClassOrder* next;
};

constinit internal::NeverDestroyed<internal::Arena> orders_memory;  // Guarded by orders_lock.

// Few classes have one, but every acquisition asks: short lists.
constexpr unsigned kListBits = 6;
constinit std::atomic<ClassOrder*> lists[1 << kListBits] = {};

std::atomic<ClassOrder*>& ListOf(uint64_t key) {
  return lists[key * 0x9e3779b97f4a7c15u >> (64 - kListBits)];
}

lock_cmp_fn OrderOf(uint64_t key) {
  for (const ClassOrder* order = ListOf(key).load(std::memory_order_acquire); order != nullptr;
       order = order->next) {
    if (order->key.load(std::memory_order_relaxed) != key) continue;
    // Acquire: if it serves another class by now, that shows in its key.
    const lock_cmp_fn compare = order->compare.load(std::memory_order_acquire);
    if (order->key.load(std::memory_order_relaxed) == key) return compare;
  }
  return nullptr;
}

// The entry of the class, or one that serves none, or null.
ClassOrder* FindEntry(uint64_t key) {
  ClassOrder* unused = nullptr;
  for (ClassOrder* order = ListOf(key).load(std::memory_order_relaxed); order != nullptr;
       order = order->next) {
    if (order->key.load(std::memory_order_relaxed) == key) return order;
    if (order->compare.load(std::memory_order_relaxed) == nullptr) unused = order;
  }
  return unused;
}

// Returns what is wrong with it; null if nothing.
const char* SetOrder(uint64_t key, lock_cmp_fn compare) {
  internal::RawLockHolder lock(orders_lock);
  ClassOrder* order = FindEntry(key);
  const lock_cmp_fn before =
      order == nullptr ? nullptr : order->compare.load(std::memory_order_relaxed);
  if (before != nullptr && compare != nullptr && before != compare) return "a class has one order";
  if (order != nullptr) {
    order->key.store(key, std::memory_order_relaxed);
    order->compare.store(compare, std::memory_order_release);
    return nullptr;
  }
  order = orders_memory->New<ClassOrder>();
  if (order == nullptr) return "no memory is left for the order of a class";
  std::atomic<ClassOrder*>& list = ListOf(key);
  order->key.store(key, std::memory_order_relaxed);
  order->compare.store(compare, std::memory_order_relaxed);
  order->next = list.load(std::memory_order_relaxed);
  list.store(order, std::memory_order_release);
  return nullptr;
}

}  // namespace

bool ComesAfterHeld(const lockdep_map& lock, const Acquisition& acquisition,
                    const ThreadContext& thread) {
  const lock_cmp_fn compare = OrderOf(acquisition.lock->key.value);
  if (compare == nullptr) [[likely]]
    return false;
  bool holds_any = false;
  for (uint32_t i = thread.held.floor(); i < thread.held.depth(); ++i) {
    const HeldLock& held = thread.held[i];
    const LockClass& lock_class = the_world.validator().classes().Get(held.use.class_id());
    if (lock_class.key != acquisition.lock->key || lock_class.subclass != acquisition.subclass) {
      continue;
    }
    if (compare(static_cast<const lockdep_map*>(held.lock->address), &lock) >= 0) return false;
    holds_any = true;
  }
  return holds_any;
}

void ForgetOrders(uint64_t first, uint64_t count) {
  internal::RawLockHolder lock(orders_lock);
  for (const std::atomic<ClassOrder*>& list : lists) {
    for (ClassOrder* order = list.load(std::memory_order_relaxed); order != nullptr;
         order = order->next) {
      if (order->key.load(std::memory_order_relaxed) - first >= count) continue;
      order->compare.store(nullptr, std::memory_order_relaxed);
    }
  }
}

}  // namespace lockdep::kernel

using namespace lockdep::kernel;

void lockdep_set_lock_cmp_fn(lockdep_map* lock, lock_cmp_fn compare, lock_print_fn /*print*/) {
  lockdep::ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  const lockdep::CallSite site = LOCKDEP_KERNEL_SITE(0);
  const lockdep::LockMap* map = ReadyMap(*lock, *thread, site);
  if (map == nullptr) return;
  if (const char* rule = SetOrder(map->key.value, compare); rule != nullptr) {
    the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kInvalidLockState, map,
                                     nullptr, rule, site);
  }
}
