#include "lockdep/kernel/timing.h"

#include <time.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "lockdep/internal/never_destroyed.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

int lock_stat = 0;

namespace lockdep::kernel {
namespace {

constinit internal::NeverDestroyed<LockStat> the_times;

constinit thread_local LockStat::ThreadTimes* times_of_thread = nullptr;

uint64_t Now() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// The map, if the thread times locks and this one can be among them.
const LockMap* Timed(const lockdep_map& lock) {
  return times_of_thread != nullptr && IsReady(lock) ? &EngineMap(lock) : nullptr;
}

lockdep_times ToKernel(const LockTimes& times) {
  return {.count = times.count, .min = times.min, .max = times.max, .total = times.total};
}

}  // namespace

LockStat& Times() { return *the_times; }

void TimeAsAsked() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* asked = getenv("LOCKDEP_KERNEL_LOCK_STAT");
  if (asked != nullptr && strcmp(asked, "1") == 0) {
    __atomic_store_n(&lock_stat, 1, __ATOMIC_RELAXED);
  }
}

void TimeAcquired(const ThreadContext& thread, const Acquisition& acquisition) {
  const uint32_t depth = thread.held.depth();
  if (depth == 0 || thread.held[depth - 1].lock != acquisition.lock) return;  // It was refused.
  if (times_of_thread == nullptr) times_of_thread = Times().CreateThread();
  if (times_of_thread == nullptr) return;
  Times().Acquired(*times_of_thread, acquisition.lock, thread.held[depth - 1].use.class_id(),
                   acquisition.mode, Now());
}

void TimeReleased(const LockMap& lock) {
  if (times_of_thread == nullptr || !Times().HasOpen(*times_of_thread)) return;
  Times().Released(*times_of_thread, &lock, Now());
}

void TimeDropped(const ThreadContext& thread) {
  if (times_of_thread != nullptr) Times().ForgetOpenBut(*times_of_thread, thread.held);
}

void EndTiming() {
  if (times_of_thread != nullptr) Times().DestroyThread(times_of_thread);
  times_of_thread = nullptr;
}

void ForgetTimes() {
  new (&*the_times) LockStat();
  times_of_thread = nullptr;
}

}  // namespace lockdep::kernel

using namespace lockdep::kernel;

void lock_contended(lockdep_map* lock, unsigned long ip) {
  if (const lockdep::LockMap* map = Timed(*lock); map != nullptr) {
    Times().Waits(*times_of_thread, map, LOCKDEP_KERNEL_SITE(ip).pcs[0], Now());
  }
}

void lock_acquired(lockdep_map* lock, unsigned long /*ip*/) {
  if (const lockdep::LockMap* map = Timed(*lock); map != nullptr) {
    Times().Got(*times_of_thread, map, Now());
  }
}

void lockdep_times_of(const lockdep_map* lock, lockdep_class_times* times) {
  *times = {};
  if (!IsReady(*lock)) return;
  const lockdep::LockMap& map = EngineMap(*lock);
  const lockdep::LockClass* lock_class =
      the_world.validator().classes().Find(map.key, lock->subclass);
  if (lock_class == nullptr) return;
  const lockdep::ClassTimes sum = Times().Sum(lock_class->id);
  times->read_wait = ToKernel(sum.read_wait);
  times->write_wait = ToKernel(sum.write_wait);
  times->read_hold = ToKernel(sum.read_hold);
  times->write_hold = ToKernel(sum.write_hold);
  for (int i = 0; i < lockdep::ClassTimes::kPoints; ++i) {
    times->contended_at[i].pc = sum.contended_at[i].pc;
    times->contended_at[i].count = sum.contended_at[i].count;
  }
}
