#include "lockdep/record/event_log.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace lockdep::record {
namespace {

uint64_t KindsOf(const LockMap& lock) {
  return static_cast<uint64_t>(lock.origin_kind) | static_cast<uint64_t>(lock.kind) << 8 |
         static_cast<uint64_t>(lock.wait_inner) << 16 |
         static_cast<uint64_t>(lock.wait_outer) << 24 | static_cast<uint64_t>(lock.role) << 32;
}

}  // namespace

bool EventLog::Start() {
  if (memory_ == nullptr) memory_ = static_cast<Memory*>(arena_.Allocate(sizeof(Memory)));
  if (memory_ != nullptr) new (memory_) Memory{};
  size_ = 0;
  events_ = 0;
  repeats_ = 0;
  return memory_ != nullptr;
}

void EventLog::Put(uint64_t number) {
  for (; number >= 0x80; number >>= 7) {
    memory_->bytes[size_++] = static_cast<unsigned char>(number | 0x80);
  }
  memory_->bytes[size_++] = static_cast<unsigned char>(number);
}

void EventLog::PutItem(EventItem item, uint64_t argument) {
  Put(argument << kEventItemBits | static_cast<uint64_t>(item));
}

void EventLog::PutRepeats() {
  if (repeats_ != 0) PutItem(EventItem::kRepeat, repeats_);
  repeats_ = 0;
}

void EventLog::Define(const KnownLock& lock, const char* name) {
  PutRepeats();
  PutItem(EventItem::kLock);
  for (const uint64_t number : {lock.id, lock.key, lock.address, lock.origin, lock.kinds}) {
    Put(number);
  }
  const size_t length = name == nullptr ? 0 : strnlen(name, kMostName);
  Put(length);
  if (length != 0) memcpy(memory_->bytes + size_, name, length);
  size_ += length;
}

void EventLog::PutNew(const Event& event) {
  const EventStep& step = event.step;
  PutItem(EventItem::kNew);
  Put(static_cast<uint64_t>(step.op));
  Put(static_cast<uint64_t>(step.mode) | uint64_t{step.is_tried} << 2 |
      uint64_t{step.host_orders_class} << 3);
  Put(static_cast<uint64_t>(step.thread));
  Put(step.lock);
  for (const uint64_t pc : step.pcs) Put(pc);
  Put(event.frame);
}

void EventLog::Add(const Event& event, const LockMap* lock, const char* name) {
  if (lock != nullptr) {
    const KnownLock now = {event.step.lock, lock->key.value,
                           reinterpret_cast<uintptr_t>(lock->address), lock->origin,
                           KindsOf(*lock)};
    KnownLock& known = memory_->locks[(now.id * 0x9e3779b97f4a7c15u >> 32) % kLocks];
    if (!(known == now)) Define(now, name);
    known = now;
  }
  EventPredictor& predictor = memory_->predictor;
  const uint32_t slot = EventPredictor::SlotOf(event.step);
  const Event& known = predictor.At(slot);
  const bool is_known = known.step == event.step;
  if (is_known && known.frame == event.frame && predictor.Next() == slot) {
    ++repeats_;
  } else {
    PutRepeats();
    if (is_known) {
      PutItem(EventItem::kKnown, slot);
      Put(ToUnsigned(event.frame - known.frame));
    } else {
      PutNew(event);
    }
  }
  predictor.Advance(slot, event);
  ++events_;
}

void EventLog::AddStack(std::span<const StackFrame> frames) {
  PutRepeats();
  const size_t count = std::min(frames.size(), kMostStackFrames);
  PutItem(EventItem::kStack, count);
  StackFrame before = {};
  for (size_t i = 0; i < count; ++i) {
    Put(ToUnsigned(frames[i].pc - before.pc));
    Put(ToUnsigned(frames[i].sp - before.sp));
    before = frames[i];
  }
}

std::span<const unsigned char> EventLog::Take() {
  if (memory_ == nullptr) return {};
  PutRepeats();
  const std::span<const unsigned char> payload(memory_->bytes, size_);
  size_ = 0;
  events_ = 0;
  return payload;
}

}  // namespace lockdep::record
