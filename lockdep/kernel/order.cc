#include "lockdep/kernel/order.h"

#include <atomic>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/kernel/class_order.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

namespace lockdep::kernel {

constinit internal::RawLock orders_lock;

namespace {

// Few classes have one: a list.  Entries stay for good; a class that ends leaves
// one that orders nothing.
struct ClassOrder {
  uint64_t key;
  std::atomic<lock_cmp_fn> compare;
  ClassOrder* next;
};

// Never destroyed: locks are taken after main.  Guarded by orders_lock.
union Memory {
  constexpr Memory() : arena() {}
  ~Memory() {}
  internal::Arena arena;
};
constinit Memory orders_memory;
constinit std::atomic<ClassOrder*> orders{nullptr};

ClassOrder* Find(uint64_t key) {
  ClassOrder* order = orders.load(std::memory_order_acquire);
  while (order != nullptr && order->key != key) order = order->next;
  return order;
}

// Returns what is wrong with it; null if nothing.
const char* SetOrder(uint64_t key, lock_cmp_fn compare) {
  internal::RawLockHolder lock(orders_lock);
  if (ClassOrder* known = Find(key); known != nullptr) {
    const lock_cmp_fn before = known->compare.load(std::memory_order_relaxed);
    if (before != nullptr && compare != nullptr && before != compare) {
      return "a class has one order";
    }
    known->compare.store(compare, std::memory_order_relaxed);
    return nullptr;
  }
  auto* order = orders_memory.arena.New<ClassOrder>();
  if (order == nullptr) return "no memory is left for the order of a class";
  order->key = key;
  order->compare.store(compare, std::memory_order_relaxed);
  order->next = orders.load(std::memory_order_relaxed);
  orders.store(order, std::memory_order_release);
  return nullptr;
}

}  // namespace

bool ComesAfterHeld(const lockdep_map& lock, const Acquisition& acquisition,
                    const ThreadContext& thread) {
  if (orders.load(std::memory_order_acquire) == nullptr) [[likely]]
    return false;
  const ClassOrder* order = Find(acquisition.lock->key.value);
  const lock_cmp_fn compare =
      order == nullptr ? nullptr : order->compare.load(std::memory_order_relaxed);
  if (compare == nullptr) return false;
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
  for (ClassOrder* order = orders.load(std::memory_order_acquire); order != nullptr;
       order = order->next) {
    if (order->key - first < count) order->compare.store(nullptr, std::memory_order_relaxed);
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
