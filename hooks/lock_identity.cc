#include "hooks/lock_identity.h"

#include <dlfcn.h>

#include <algorithm>
#include <new>

#include "hooks/session.h"

namespace lockdep::hooks {
namespace {

constexpr size_t SizeOf(LockType type) {
  return type == LockType::kMutex ? sizeof(pthread_mutex_t) : sizeof(pthread_rwlock_t);
}

constexpr size_t kLargestLock = std::max(SizeOf(LockType::kMutex), SizeOf(LockType::kRwLock));

}  // namespace

bool IsStatic(const void* address) {
  dl_find_object found;
  return _dl_find_object(const_cast<void*>(address), &found) == 0;
}

LockRecord* LockTable::Begin(ThreadState& thread, const LockReference& lock, ClassOrigin origin,
                             uintptr_t site) {
  const auto address = reinterpret_cast<uintptr_t>(lock.address);
  EndOverlapping(thread, address, SizeOf(lock.type));
  Shadow::Slot* slot = shadow_.FindOrMake(address);
  void* cell = slot == nullptr ? nullptr : thread.cells.Allocate();
  if (cell == nullptr) {
    locks_missed_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  const uint64_t number = locks_begun_.fetch_add(1, std::memory_order_relaxed) + 1;
  auto* record = new (cell) LockRecord();
  record->type = lock.type;
  record->map.address = lock.address;
  record->map.kind = lock.kind;
  if (IsStatic(lock.address)) {
    record->map.key.value = address;
    record->map.origin_kind = ClassOrigin::kStaticAddress;
    record->map.origin = address;
  } else {
    record->map.key.value = uint64_t{1} << 63 | number;  // Never an address.
    record->map.origin_kind = origin;
    record->map.origin = site;
  }
  LockRecord* winner = nullptr;
  if (slot->compare_exchange_strong(winner, record, std::memory_order_acq_rel)) return record;
  // Another thread met the lock at the same time.
  locks_begun_.fetch_sub(1, std::memory_order_relaxed);
  thread.cells.Free(record);
  return winner->map.address == lock.address && winner->type == lock.type ? winner : nullptr;
}

void LockTable::End(ThreadState& thread, LockRecord* record) {
  session().validator().CancelAcquire(*thread.context, record->map);
  Shadow::Slot* slot = shadow_.Find(reinterpret_cast<uintptr_t>(record->map.address));
  LockRecord* expected = record;
  lock_ends.Count(reinterpret_cast<uintptr_t>(record->map.address));
  if (slot->compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
    thread.cells.Free(record);
  }
}

void LockTable::EndOverlapping(ThreadState& thread, uintptr_t address, size_t size) {
  const uintptr_t first = address - std::min<uintptr_t>(address, kLargestLock - 1);
  for (uintptr_t at = first & ~(Shadow::kGranule - 1); at < address + size;
       at += Shadow::kGranule) {
    Shadow::Slot* slot = shadow_.Find(at);
    LockRecord* record = slot == nullptr ? nullptr : slot->load(std::memory_order_acquire);
    if (record == nullptr) continue;
    const auto begin = reinterpret_cast<uintptr_t>(record->map.address);
    if (begin < address + size && begin + SizeOf(record->type) > address) End(thread, record);
  }
}

}  // namespace lockdep::hooks
