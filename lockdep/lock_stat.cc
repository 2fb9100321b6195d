#include "lockdep/lock_stat.h"

#include <algorithm>

namespace lockdep {
namespace {

bool IsRead(ReadMode mode) { return mode != ReadMode::kWrite; }

// Written by the thread that owns it, read by whoever sums up: relaxed, since a
// number that is one event late is as good.
class Counter {
 public:
  uint64_t Get() const { return value_.load(std::memory_order_relaxed); }
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Increase(uint64_t by) { Set(Get() + by); }

 private:
  std::atomic<uint64_t> value_;
};

struct Times {
  void Add(uint64_t duration) {
    if (count.Get() == 0 || duration < min.Get()) min.Set(duration);
    if (duration > max.Get()) max.Set(duration);
    total.Increase(duration);
    count.Increase(1);
  }
  LockTimes Get() const { return {count.Get(), min.Get(), max.Get(), total.Get()}; }

  Counter count, min, max, total;
};

}  // namespace

struct LockStat::Row {
  struct Point {
    Counter pc, count;
  };

  void AddPoint(uintptr_t pc);
  ClassTimes Get() const;

  std::atomic<ClassId> lock_class;  // kNone: free.
  Times wait[2];                    // By IsRead.
  Times hold[2];
  Point points[ClassTimes::kPoints];
};

// Open addressing; replaced by a larger one when it grows.
struct LockStat::Table {
  uint32_t mask;
  uint32_t used;
  Row rows[1];

  // The row of a class, or the free one where it belongs.
  Row& Find(ClassId lock_class) {
    uint32_t slot = static_cast<uint32_t>(lock_class) * 0x9e3779b9u;
    for (;; ++slot) {
      Row& row = rows[slot & mask];
      const ClassId found = row.lock_class.load(std::memory_order_acquire);
      if (found == lock_class || found == ClassId::kNone) return row;
    }
  }
};

// A lock that the thread waits for or holds.
struct LockStat::OpenLock {
  const void* lock;
  ClassId lock_class;
  ReadMode mode;
  uint64_t waiting_since;  // 0: it did not wait.
  uint64_t held_since;     // 0: not yet.
};

class LockStat::ThreadTimes {
 public:
  OpenLock* Newest(const void* lock) {
    for (uint32_t i = open_count; i-- > 0;) {
      if (open[i].lock == lock) return &open[i];
    }
    return nullptr;
  }
  void Close(OpenLock* closed) {
    std::copy(closed + 1, open + open_count, closed);
    --open_count;
  }
  bool WaitsFor(const void* lock) const {
    if (open_count == 0) return false;
    const OpenLock& last = open[open_count - 1];
    return last.lock == lock && last.held_since == 0;
  }

  ThreadTimes* next = nullptr;
  ThreadTimes* next_free = nullptr;
  std::atomic<Table*> table{nullptr};
  OpenLock* open = nullptr;  // The newest last.
  uint32_t open_count = 0;
  uint32_t open_capacity = 0;
};

void LockTimes::Add(uint64_t duration) { Add({1, duration, duration, duration}); }

void LockTimes::Add(const LockTimes& other) {
  if (other.count == 0) return;
  min = count == 0 ? other.min : std::min(min, other.min);
  max = std::max(max, other.max);
  total += other.total;
  count += other.count;
}

void ClassTimes::Add(const ClassTimes& other) {
  read_wait.Add(other.read_wait);
  write_wait.Add(other.write_wait);
  read_hold.Add(other.read_hold);
  write_hold.Add(other.write_hold);
  for (const ContentionPoint& added : other.contended_at) {
    if (added.count == 0) continue;
    for (ContentionPoint& point : contended_at) {
      if (point.count != 0 && point.pc != added.pc) continue;
      point = {added.pc, point.count + added.count};
      break;
    }
  }
}

size_t ClassTimes::PointsUsed() const {
  size_t used = 0;
  while (used < kPoints && contended_at[used].count != 0) ++used;
  return used;
}

void LockStat::Row::AddPoint(uintptr_t pc) {
  for (Point& point : points) {
    if (point.count.Get() != 0 && point.pc.Get() != pc) continue;
    point.pc.Set(pc);
    return point.count.Increase(1);
  }
}

ClassTimes LockStat::Row::Get() const {
  ClassTimes times{.read_wait = wait[1].Get(),
                   .write_wait = wait[0].Get(),
                   .read_hold = hold[1].Get(),
                   .write_hold = hold[0].Get()};
  for (int i = 0; i < ClassTimes::kPoints; ++i) {
    times.contended_at[i] = {points[i].pc.Get(), points[i].count.Get()};
  }
  return times;
}

LockStat::ThreadTimes* LockStat::CreateThread() {
  internal::RawLockHolder lock(lock_);
  ThreadTimes* thread = free_threads_;
  if (thread != nullptr) {
    free_threads_ = thread->next_free;
    return thread;
  }
  thread = arena_.New<ThreadTimes>();
  if (thread == nullptr) return nullptr;
  thread->next = threads_;
  threads_ = thread;
  return thread;
}

void LockStat::DestroyThread(ThreadTimes* thread) {
  internal::RawLockHolder lock(lock_);
  thread->open_count = 0;
  thread->next_free = free_threads_;
  free_threads_ = thread;
}

void LockStat::Contended(ThreadTimes& thread, const void* lock, ClassId lock_class, ReadMode mode,
                         uintptr_t pc, uint64_t now) {
  OpenLock* open = Open(thread, lock, lock_class, mode);
  Row* row = FindOrAdd(thread, lock_class);
  if (open == nullptr || row == nullptr) return;
  open->waiting_since = now;
  row->AddPoint(pc);
}

void LockStat::Waits(ThreadTimes& thread, const void* lock, uintptr_t pc, uint64_t now) {
  OpenLock* open = thread.Newest(lock);
  Row* row = open == nullptr ? nullptr : FindOrAdd(thread, open->lock_class);
  if (row == nullptr) return;
  open->waiting_since = now;
  row->AddPoint(pc);
}

void LockStat::Got(ThreadTimes& thread, const void* lock, uint64_t now) {
  OpenLock* open = thread.Newest(lock);
  if (open == nullptr) return;
  open->held_since = now;
  if (open->waiting_since == 0) return;
  Row* row = FindOrAdd(thread, open->lock_class);
  if (row != nullptr) row->wait[IsRead(open->mode)].Add(now - open->waiting_since);
  open->waiting_since = 0;
}

void LockStat::Acquired(ThreadTimes& thread, const void* lock, ClassId lock_class, ReadMode mode,
                        uint64_t now) {
  const bool waited = thread.WaitsFor(lock);
  OpenLock* open =
      waited ? &thread.open[thread.open_count - 1] : Open(thread, lock, lock_class, mode);
  if (open == nullptr) return;
  open->held_since = now;
  if (!waited) return;
  Row* row = FindOrAdd(thread, lock_class);
  if (row != nullptr) row->wait[IsRead(mode)].Add(now - open->waiting_since);
}

void LockStat::Released(ThreadTimes& thread, const void* lock, uint64_t now) {
  OpenLock* newest = thread.Newest(lock);
  if (newest == nullptr) return;
  const OpenLock open = *newest;
  thread.Close(newest);
  Row* row = FindOrAdd(thread, open.lock_class);
  if (row != nullptr) row->hold[IsRead(open.mode)].Add(now - open.held_since);
}

void LockStat::Cancelled(ThreadTimes& thread, const void* lock) {
  if (OpenLock* open = thread.Newest(lock); open != nullptr) thread.Close(open);
}

bool LockStat::HasOpen(const ThreadTimes& thread) const { return thread.open_count != 0; }

void LockStat::ForgetOpen(ThreadTimes& thread) { thread.open_count = 0; }

void LockStat::ForgetOpenBut(ThreadTimes& thread, const HeldLocks& held) {
  const auto* const end =
      std::remove_if(thread.open, thread.open + thread.open_count, [&](const OpenLock& open) {
        return std::none_of(held.begin(), held.end(),
                            [&](const HeldLock& one) { return one.lock == open.lock; });
      });
  thread.open_count = static_cast<uint32_t>(end - thread.open);
}

ClassTimes LockStat::Sum(ClassId lock_class) {
  internal::RawLockHolder lock(lock_);
  ClassTimes sum;
  for (ThreadTimes* thread = threads_; thread != nullptr; thread = thread->next) {
    Table* table = thread->table.load(std::memory_order_acquire);
    if (table == nullptr) continue;
    const Row& row = table->Find(lock_class);
    if (row.lock_class.load(std::memory_order_relaxed) == lock_class) sum.Add(row.Get());
  }
  return sum;
}

LockStat::OpenLock* LockStat::Open(ThreadTimes& thread, const void* lock, ClassId lock_class,
                                   ReadMode mode) {
  if (thread.open_count == thread.open_capacity && !GrowOpen(thread)) return nullptr;
  OpenLock* open = &thread.open[thread.open_count++];
  *open = {lock, lock_class, mode, 0, 0};
  return open;
}

LockStat::Row* LockStat::FindOrAdd(ThreadTimes& thread, ClassId lock_class) {
  Table* table = thread.table.load(std::memory_order_relaxed);
  if (table != nullptr) {
    Row& row = table->Find(lock_class);
    if (row.lock_class.load(std::memory_order_relaxed) == lock_class) return &row;
  }
  if (table == nullptr || table->used > table->mask / 2) table = GrowTable(thread);
  if (table == nullptr) return nullptr;
  Row& row = table->Find(lock_class);
  ++table->used;
  // Release: who sees the class sees a row that is all zero.
  row.lock_class.store(lock_class, std::memory_order_release);
  return &row;
}

LockStat::Table* LockStat::GrowTable(ThreadTimes& thread) {
  internal::RawLockHolder lock(lock_);
  Table* old = thread.table.load(std::memory_order_relaxed);
  const uint32_t rows = old == nullptr ? 16 : (old->mask + 1) * 2;
  auto* table = static_cast<Table*>(arena_.Allocate(sizeof(Table) + rows * sizeof(Row)));
  if (table == nullptr) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  table->mask = rows - 1;
  for (uint32_t i = 0; old != nullptr && i <= old->mask; ++i) {
    const Row& row = old->rows[i];
    const ClassId lock_class = row.lock_class.load(std::memory_order_relaxed);
    if (lock_class == ClassId::kNone) continue;
    __builtin_memcpy(static_cast<void*>(&table->Find(lock_class)), &row, sizeof(Row));
    ++table->used;
  }
  thread.table.store(table, std::memory_order_release);
  return table;
}

bool LockStat::GrowOpen(ThreadTimes& thread) {
  internal::RawLockHolder lock(lock_);
  const uint32_t capacity = thread.open_capacity == 0 ? 16 : thread.open_capacity * 2;
  auto* open = arena_.NewArray<OpenLock>(capacity);
  if (open == nullptr) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  std::copy(thread.open, thread.open + thread.open_count, open);
  thread.open = open;
  thread.open_capacity = capacity;
  return true;
}

}  // namespace lockdep
