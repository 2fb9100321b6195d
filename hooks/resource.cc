#include "hooks/resource.h"

#include <new>

#include "hooks/cells.h"
#include "hooks/lock_identity.h"
#include "hooks/session.h"
#include "hooks/static_modules.h"

namespace lockdep::hooks {

constinit ResourceTable resources;

namespace {

// While its record is being written.
constexpr uint64_t kClaimed = 1;

// Never an address, and never a number of the lock table.
constexpr uint64_t kNumberedKey = uint64_t{1} << 62;

// So that what gives the memory back looks for locks.
void MarkMemory(uintptr_t address) {
  Shadow& shadow = session().locks().shadow();
  if (shadow.FindOrMake(address) != nullptr) shadow.MarkPage(address);
}

const void* AddressOf(const ResourceId& id) { return reinterpret_cast<const void*>(id.value); }

}  // namespace

ResourceTable::Bucket* ResourceTable::BucketOfGranule(uint64_t granule) const {
  Bucket* buckets = buckets_.load(std::memory_order_acquire);
  if (buckets == nullptr) return nullptr;
  const uint64_t mixed = granule * 0x9e3779b97f4a7c15u;
  return &buckets[mixed >> 50 & (kBuckets - 1)];
}

ResourceTable::Bucket* ResourceTable::BucketOf(uint64_t key) const {
  return BucketOfGranule(HasAddress(TypeOf(key)) ? (key & kValue) / kGranule : key);
}

bool ResourceTable::Map() {
  if (buckets_.load(std::memory_order_acquire) != nullptr) return true;
  auto* made = static_cast<Bucket*>(MapPages(kBuckets * sizeof(Bucket), Pages::kReserve));
  if (made == nullptr) return false;
  Bucket* expected = nullptr;
  // Who comes second leaves address space unused, once.
  buckets_.compare_exchange_strong(expected, made, std::memory_order_acq_rel);
  return true;
}

Resource* ResourceTable::Find(const ResourceId& id) const {
  const Bucket* bucket = BucketOf(id.key());
  if (bucket == nullptr) return nullptr;
  Resource* resource = bucket->load(std::memory_order_acquire);
  while (resource != nullptr && resource->id.load(std::memory_order_acquire) != id.key()) {
    resource = resource->next;
  }
  return resource;
}

Resource* ResourceTable::TakeEnded(Bucket* bucket) const {
  for (Resource* resource = bucket->load(std::memory_order_acquire); resource != nullptr;
       resource = resource->next) {
    uint64_t ended = 0;
    if (resource->id.compare_exchange_strong(ended, kClaimed, std::memory_order_acq_rel)) {
      return resource;
    }
  }
  return nullptr;
}

Resource* ResourceTable::FindOrBegin(ThreadState& thread, const ResourceId& id, ClassOrigin origin,
                                     uintptr_t site, const char* name) {
  if (Resource* known = Find(id); known != nullptr) return known;
  if (!Map()) return nullptr;
  session().validator().LockGraph();
  Resource* resource = Find(id);  // Another thread may have met it at the same time.
  if (resource == nullptr) resource = Begin(thread, id, {origin, site, name});
  session().validator().UnlockGraph();
  return resource;
}

Resource* ResourceTable::Begin(ThreadState& thread, const ResourceId& id, const Known& known) {
  Bucket* bucket = BucketOf(id.key());
  Resource* resource = TakeEnded(bucket);
  const bool is_new = resource == nullptr;
  if (is_new) {
    void* cell = thread.cells.Allocate();
    if (cell == nullptr) return nullptr;
    resource = new (cell) Resource();
  }
  const bool is_static = known.name == nullptr && IsStatic(AddressOf(id));
  if (HasAddress(id.type)) MarkMemory(id.value);
  resource->times_again = 0;
  resource->is_ended_freely.store(false, std::memory_order_relaxed);
  resource->waiter.store(0, std::memory_order_relaxed);
  resource->ender.store(0, std::memory_order_relaxed);
  resource->mutex.store(nullptr, std::memory_order_relaxed);
  resource->owner.store(0, std::memory_order_relaxed);
  resource->unlocked_seen.store(0, std::memory_order_relaxed);
  resource->first_signal = nullptr;
  resource->last_signal.store(nullptr, std::memory_order_relaxed);
  resource->round = {};
  resource->map.name = known.name;
  resource->map.address = AddressOf(id);
  resource->map.origin = is_static ? id.value : known.site;
  resource->map.origin_kind = is_static               ? ClassOrigin::kStaticAddress
                              : known.name != nullptr ? ClassOrigin::kNamed
                                                      : known.origin;
  Renew(resource, id.kind);
  if (is_static) {
    const uint64_t type = static_cast<uint64_t>(id.type) << 56;
    resource->map.SetClass(ClassKey{type | static_modules.KeyOf(AddressOf(id))}, known.name);
  }
  resource->id.store(id.key(), std::memory_order_release);
  if (is_new) {
    resource->next = bucket->load(std::memory_order_relaxed);
    while (!bucket->compare_exchange_weak(resource->next, resource, std::memory_order_acq_rel)) {
    }
  }
  return resource;
}

void ResourceTable::End(Resource* resource) { resource->id.store(0, std::memory_order_release); }

void ResourceTable::Unlock(Resource* resource) {
  const uint64_t key = resource->map.key.value;
  session().validator().LockGraph();
  if (!unlocked_classes_.Contains(key)) unlocked_classes_.Insert(key);
  session().validator().UnlockGraph();
  Renew(resource, LockKind::kSemaphore);
  unlocked_.fetch_add(1, std::memory_order_acq_rel);
}

bool ResourceTable::IsUnlocked(Resource* resource) {
  const uint32_t now = unlocked();
  if (resource->unlocked_seen.exchange(now, std::memory_order_relaxed) == now) return false;
  session().validator().LockGraph();
  const bool is_unlocked = unlocked_classes_.Contains(resource->map.key.value);
  session().validator().UnlockGraph();
  return is_unlocked;
}

void ResourceTable::Renew(Resource* resource, LockKind kind) {
  const uint64_t number = numbers_.fetch_add(1, std::memory_order_relaxed) + 1;
  resource->map.kind = kind;
  resource->map.SetClass(ClassKey{kNumberedKey | number}, resource->map.name);
}

}  // namespace lockdep::hooks
