#include "hooks/left_locks.h"

#include <atomic>
#include <cstring>

#include "hooks/lock_identity.h"
#include "hooks/lock_reference.h"
#include "hooks/read_memory.h"
#include "hooks/resource.h"
#include "hooks/timing.h"

namespace lockdep::hooks {
namespace {

// One that is being written is passed over.
struct Entry {
  std::atomic<uint32_t> version{0};  // Odd: it is being written.
  std::atomic<bool> is_told{false};
  std::atomic<bool> is_forgotten{false};
  LeftLock lock;
};

constexpr uint32_t kEntries = 256;
constinit Entry entries[kEntries] = {};
constinit std::atomic<uint32_t> noted{0};

uint64_t NumberOf(const LockMap& map) { return IsInLockTable(map) ? RecordOf(map).number : 0; }

void Note(const ThreadState& state, const HeldLock& held) {
  Entry& entry = entries[noted.fetch_add(1, std::memory_order_acq_rel) % kEntries];
  uint32_t version = entry.version.load(std::memory_order_relaxed);
  if ((version & 1) != 0 ||
      !entry.version.compare_exchange_strong(version, version + 1, std::memory_order_acq_rel)) {
    return;
  }
  LeftLock& lock = entry.lock;
  lock = {.address = held.lock->address,
          .number = NumberOf(*held.lock),
          .mode = held.use.mode(),
          .tid = state.tid,
          .thread = state.context->id,
          .taken_at = held.site(),
          .left_at = TimeNow()};
  strncpy(lock.name, state.context->name, sizeof(lock.name) - 1);
  entry.is_told.store(false, std::memory_order_relaxed);
  entry.is_forgotten.store(false, std::memory_order_relaxed);
  entry.version.store(version + 2, std::memory_order_release);
}

// Calls act(entry, copy) for each, the newest first, until it returns true.
template <typename Act>
bool FindEntry(const Act& act) {
  const uint32_t end = noted.load(std::memory_order_acquire);
  const uint32_t count = end < kEntries ? end : kEntries;
  for (uint32_t i = 1; i <= count; ++i) {
    Entry& entry = entries[(end - i) % kEntries];
    const uint32_t version = entry.version.load(std::memory_order_acquire);
    const LeftLock lock = entry.lock;
    std::atomic_thread_fence(std::memory_order_acquire);
    if ((version & 1) != 0 || version != entry.version.load(std::memory_order_relaxed)) continue;
    if (!entry.is_forgotten.load(std::memory_order_relaxed) && act(entry, lock)) return true;
  }
  return false;
}

bool IsMutexLeft(const LeftLock& left) {
  pthread_mutex_t mutex;
  return ReadMemory(left.address, &mutex) && mutex.__data.__lock != 0 &&
         (mutex.__data.__kind & (kRobustMutex | kSharedMutex)) == 0 && IsOwnedBy(&mutex, left.tid);
}

// Readers have no names: one that ended is taken to be still counted until somebody else
// releases in its place (ForgetLeftLock).
bool IsRwLockLeft(const LeftLock& left, WaitKind waits) {
  constexpr unsigned kReaderShift = 3;
  pthread_rwlock_t rwlock;
  if (!ReadMemory(left.address, &rwlock) || rwlock.__data.__shared != 0) return false;
  if (left.mode == ReadMode::kWrite) return rwlock.__data.__cur_writer == left.tid;
  return waits == WaitKind::kWriteLock && rwlock.__data.__readers >> kReaderShift != 0;
}

bool IsStillLeft(const LeftLock& left, WaitKind waits, const LockMap& map) {
  switch (waits) {
    case WaitKind::kMutex:
      return IsMutexLeft(left);
    case WaitKind::kReadLock:
    case WaitKind::kWriteLock:
      return IsRwLockLeft(left, waits);
    case WaitKind::kSpinLock:
      return ResourceOf(map).owner.load(std::memory_order_relaxed) == left.tid;
    default:
      return false;  // Others may end it, or the end of the thread does.
  }
}

}  // namespace

bool LeftLock::IsLeftForGood() const {
  constexpr uint64_t kMoment = 240'000'000;
  return TimeNow() - left_at > kMoment;
}

void NoteLeftLocks(const ThreadState& state) {
  for (const HeldLock& held : state.context->held) Note(state, held);
}

bool AreLocksLeft() { return noted.load(std::memory_order_relaxed) != 0; }

bool FindLeftLock(const Waiter& waiter, LeftLock* left) {
  const HeldLock* announced = AreLocksLeft() ? waiter.FindAnnounced() : nullptr;
  if (announced == nullptr) return false;
  const LockMap& map = *announced->lock;
  const WaitKind waits = waiter.kind.load(std::memory_order_acquire);
  return FindEntry([&](const Entry&, const LeftLock& lock) {
    if (lock.address != waiter.object || lock.number != NumberOf(map)) return false;
    if (!IsStillLeft(lock, waits, map)) return false;
    *left = lock;
    return true;
  });
}

bool TellLeftLockOnce(const LeftLock& left) {
  bool is_first = false;
  FindEntry([&](Entry& entry, const LeftLock& lock) {
    if (lock.address != left.address || lock.number != left.number || lock.tid != left.tid) {
      return false;
    }
    is_first = !entry.is_told.exchange(true, std::memory_order_relaxed);
    return true;
  });
  return is_first;
}

void ForgetLeftLock(const LockRecord& lock) {
  FindEntry([&](Entry& entry, const LeftLock& left) {
    if (left.number == lock.number) entry.is_forgotten.store(true, std::memory_order_relaxed);
    return false;
  });
}

}  // namespace lockdep::hooks
