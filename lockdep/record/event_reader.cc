#include "lockdep/record/event_reader.h"

#include "absl/strings/str_cat.h"

namespace lockdep::record {

// The numbers of a payload.  As in PayloadReader the first fault is kept, and what
// is read after it is 0.
class EventReader::Numbers {
 public:
  explicit Numbers(std::string_view payload) : rest_(payload) {}

  uint64_t Next() {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return Fail("the record ends inside an event");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return number;
    }
    return Fail("a number of an event is too long");
  }

  // REQUIRES: `last` is the enum's greatest value.
  template <typename Enum>
  Enum EnumUpTo(uint64_t value, Enum last, const char* what) {
    if (value <= static_cast<uint64_t>(last)) return static_cast<Enum>(value);
    Fail(absl::StrCat(what, " ", value, " is not known"));
    return Enum{};
  }

  std::string Text() {
    const uint64_t size = Next();
    if (size > rest_.size()) {
      Fail("a name is longer than its record");
      return {};
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  bool NextIs(EventItem item) const {
    return !rest_.empty() && (static_cast<unsigned char>(rest_.front()) & kEventItemMask) ==
                                 static_cast<unsigned>(item);
  }

  uint64_t Fail(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
    rest_ = {};
    return 0;
  }
  bool more() const { return !rest_.empty(); }
  const std::string& fault() const { return fault_; }

 private:
  std::string_view rest_;
  std::string fault_;
};

LoggedLock EventReader::Lock(Numbers& in) {
  LoggedLock lock;
  lock.id = in.Next();
  lock.key.value = in.Next();
  lock.address = in.Next();
  lock.origin = in.Next();
  const uint64_t kinds = in.Next();
  lock.origin_kind = in.EnumUpTo(kinds & 0xff, ClassOrigin::kFirstUse, "class origin");
  lock.kind = in.EnumUpTo(kinds >> 8 & 0xff, kLastLockKind, "lock kind");
  lock.wait_inner = in.EnumUpTo(kinds >> 16 & 0xff, WaitType::kAny, "wait type");
  lock.wait_outer = in.EnumUpTo(kinds >> 24 & 0xff, WaitType::kAny, "wait type");
  lock.role = in.EnumUpTo(kinds >> 32, LockRole::kWaitOverride, "lock role");
  lock.name = in.Text();
  if (lock.id == 0) in.Fail("lock 0");
  return lock;
}

Event EventReader::New(Numbers& in) {
  Event event;
  EventStep& step = event.step;
  step.op = in.EnumUpTo(in.Next(), kLastEventOp, "event");
  const uint64_t how = in.Next();
  step.mode = in.EnumUpTo(how & 3, ReadMode::kRecursiveRead, "read mode");
  step.is_tried = (how >> 2 & 1) != 0;
  step.host_orders_class = (how >> 3 & 1) != 0;
  const uint64_t thread = in.Next();
  if (thread > UINT32_MAX) in.Fail(absl::StrCat("thread ", thread));
  step.thread = static_cast<ThreadId>(thread);
  step.lock = in.Next();
  for (uint64_t& pc : step.pcs) pc = in.Next();
  event.frame = in.Next();
  return event;
}

Event EventReader::Known(Numbers& in, uint64_t slot) const {
  if (slot >= EventPredictor::kSlots) {
    in.Fail(absl::StrCat("event ", slot));
    return {};
  }
  Event event = predictor_->At(static_cast<uint32_t>(slot));
  event.frame += ToDifference(in.Next());
  return event;
}

void EventReader::Stack(Numbers& in) {
  const uint64_t count = in.Next() >> kEventItemBits;
  if (count > kMostStackFrames) in.Fail(absl::StrCat("a stack of ", count, " frames"));
  StackFrame before = {};
  for (uint64_t i = 0; i < count && in.more(); ++i) {
    before.pc += ToDifference(in.Next());
    before.sp += ToDifference(in.Next());
    stack_.push_back(before);
  }
  if (stack_.size() != count) in.Fail("the record ends inside a stack");
}

std::string EventReader::Tell(Numbers& in, const Event& event, EventVisitor& visitor) {
  if (++events_ > kMostEventsInRecord) return "more events than a record may have";
  stack_.clear();
  if (in.NextIs(EventItem::kStack)) Stack(in);
  if (!in.fault().empty()) return in.fault();
  return visitor.OnEvent(event, stack_);
}

std::string EventReader::Repeat(Numbers& in, uint64_t count, EventVisitor& visitor) {
  for (uint64_t i = 0; i < count; ++i) {
    const uint32_t slot = predictor_->Next();
    const Event event = predictor_->At(slot);
    if (event.step.op == EventOp::kNone) return "an event that was not told before";
    predictor_->Advance(slot, event);
    // Only the last of them may have a stack: it stands behind the count.
    Numbers none({});
    std::string fault = Tell(i + 1 == count ? in : none, event, visitor);
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string EventReader::One(Numbers& in, const Event& event, EventVisitor& visitor) {
  if (event.step.op == EventOp::kNone) in.Fail("an event that was not told before");
  if (!in.fault().empty()) return in.fault();
  predictor_->Advance(EventPredictor::SlotOf(event.step), event);
  return Tell(in, event, visitor);
}

std::string EventReader::Item(Numbers& in, EventVisitor& visitor) {
  const uint64_t item = in.Next();
  const uint64_t argument = item >> kEventItemBits;
  switch (static_cast<EventItem>(item & kEventItemMask)) {
    case EventItem::kRepeat:
      return Repeat(in, argument, visitor);
    case EventItem::kKnown:
      return One(in, Known(in, argument), visitor);
    case EventItem::kNew:
      return One(in, New(in), visitor);
    case EventItem::kLock: {
      const LoggedLock lock = Lock(in);
      return in.fault().empty() ? visitor.OnLock(lock) : in.fault();
    }
    case EventItem::kStack:
      break;
  }
  return "an item of no known kind";
}

std::string EventReader::Read(std::string_view payload, EventVisitor& visitor) {
  Numbers in(payload);
  events_ = 0;
  while (in.more()) {
    if (std::string fault = Item(in, visitor); !fault.empty()) return fault;
  }
  return in.fault();
}

}  // namespace lockdep::record
