#include "hooks/timing.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <new>

namespace lockdep::hooks {

namespace {

// Never destroyed: locks are taken after main.
union Memory {
  constexpr Memory() : times() {}
  ~Memory() {}
  LockStat times;
};
constinit Memory memory;

constexpr uint64_t kSecond = 1'000'000'000;
constinit std::atomic<uint64_t> next_write{0};

LockStat::ThreadTimes* TimesOf(ThreadState& thread) {
  if (thread.times == nullptr) thread.times = Times().CreateThread();
  return thread.times;
}

}  // namespace

LockStat& Times() { return memory.times; }

void StartTiming() {
  gate_mark |= kTimedGate;
  next_write.store(TimeNow() + kSecond, std::memory_order_relaxed);
}

void ForgetTimes() { new (&memory.times) LockStat(); }

uint64_t TimeNow() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec);
}

__attribute__((noinline)) void TimeAcquired(ThreadState& thread, const LockMap& lock) {
  if (!IsTiming()) return;
  const HeldLocks& held = thread.context->held;
  const uint32_t depth = held.depth();
  LockStat::ThreadTimes* times = TimesOf(thread);
  if (times == nullptr || depth == 0 || held[depth - 1].lock != &lock) return;
  // What ended while it was held was not released.
  if (depth == 1) Times().ForgetOpen(*times);
  Times().Acquired(*times, lock.address, held[depth - 1].use.class_id(), held[depth - 1].use.mode(),
                   TimeNow());
}

__attribute__((noinline)) void TimeReleased(ThreadState& thread, const LockMap& lock) {
  if (!IsTiming() || thread.times == nullptr) return;
  const uint64_t now = TimeNow();
  Times().Released(*thread.times, lock.address, now);
  if (now >= next_write.load(std::memory_order_relaxed)) thread_slot.work_is_due = true;
}

void TimeCancelled(ThreadState& thread, const LockMap& lock) {
  if (thread.times != nullptr) Times().Cancelled(*thread.times, lock.address);
}

void TimeWait(const void* lock, const Caller& caller) {
  if (!IsTiming() || thread_slot.state == nullptr || thread_slot.state->times == nullptr) return;
  Times().Waits(*thread_slot.state->times, lock, caller.pc, TimeNow());
}

void TimeGot(const void* lock) {
  if (!IsTiming() || thread_slot.state == nullptr || thread_slot.state->times == nullptr) return;
  Times().Got(*thread_slot.state->times, lock, TimeNow());
}

void EndTiming(ThreadState& thread) {
  if (thread.times != nullptr) Times().DestroyThread(thread.times);
  thread.times = nullptr;
}

bool TimesAreDue() { return IsTiming() && TimeNow() >= next_write.load(std::memory_order_relaxed); }

void NoteTimesWritten(uint64_t began) {
  const uint64_t now = TimeNow();
  next_write.store(now + std::max(kSecond, 100 * (now - began)), std::memory_order_relaxed);
}

}  // namespace lockdep::hooks
