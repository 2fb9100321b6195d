// An event of a complete log: one call that a host made of its validator.
//
// Programs repeat themselves, so an event is split into a step (who does what,
// where) and what else may differ: the depth of the stack.  EventPredictor knows
// which step followed which; writer and reader have one each and keep them the
// same.  docs/recording_format.md tells how events stand in a file.
//
// Thread safety: plain data.

#ifndef LOCKDEP_RECORD_EVENT_H_
#define LOCKDEP_RECORD_EVENT_H_

#include <cstddef>
#include <cstdint>

#include "lockdep/call_site.h"
#include "lockdep/types.h"

namespace lockdep::record {

// The functions of Validator that the preload library calls, and three facts of the
// host's own.  The numbers stand in files: they may grow, not move.
enum class EventOp : uint8_t {
  kNone = 0,
  kThreadBegins = 1,
  kThreadEnds = 2,
  kAcquire = 3,
  kRelease = 4,
  kCancelAcquire = 5,
  kDestroyLock = 6,
  kSync = 7,
  kWake = 8,
  kReportHeld = 9,  // As held-at-exit.
  kResetHeld = 10,
  // The thread held the lock when its process was forked off.
  kHeldAtFork = 11,
  // A wait for it was ended by a thread that held nothing: cycles through it are notes.
  kEndsFreely = 12,
  // The host found something itself: `frame` counts the violation records up to it.
  kHostFinding = 13,
  // A lock that the thread numbered `frame` took, for the event after it.
  kTookBefore = 14,
  kWakeAfter = 15,
  // `pcs` are the place, the contexts that the thread is in, and those that may interrupt it.
  kSetContexts = 16,
};
inline constexpr EventOp kLastEventOp = EventOp::kSetContexts;

struct EventStep {
  EventOp op = EventOp::kNone;
  ReadMode mode = ReadMode::kWrite;
  bool is_tried = false;
  bool host_orders_class = false;
  ThreadId thread = ThreadId::kNone;
  uint64_t lock = 0;  // Which of the locks that the log defined; 0: none.
  uint64_t pcs[CallSite::kMaxFrames] = {};

  friend bool operator==(const EventStep&, const EventStep&) = default;
};

struct Event {
  EventStep step;
  uint64_t frame = 0;  // CallSite::frame.
};

class EventPredictor {
 public:
  static constexpr uint32_t kSlots = 2048;

  // Where a step is kept.  Of those with one place, the last that came.
  static uint32_t SlotOf(const EventStep& step) {
    uint64_t hash = static_cast<uint64_t>(step.op) << 32 | static_cast<uint32_t>(step.thread);
    const auto mix = [&hash](uint64_t word) { hash = (hash ^ word) * 0x9e3779b97f4a7c15u; };
    mix(uint64_t{step.is_tried} << 8 | static_cast<uint64_t>(step.mode));
    mix(step.lock);
    for (const uint64_t pc : step.pcs) mix(pc);
    return static_cast<uint32_t>(hash >> 32) % kSlots;
  }

  const Event& At(uint32_t slot) const { return slots_[slot].event; }
  // Where the event is kept that followed the last one when it came before.
  uint32_t Next() const { return slots_[last_].next; }

  // `event` comes, which belongs at `slot`.
  void Advance(uint32_t slot, const Event& event) {
    slots_[last_].next = slot;
    slots_[slot].event = event;
    last_ = slot;
  }

 private:
  struct Slot {
    Event event;
    uint32_t next = 0;
  };

  Slot slots_[kSlots];
  uint32_t last_ = 0;
};

// What stands in the payload of an events record: numbers of 7 bits a byte, least
// significant first, the highest bit of a byte set if more follow.  The first of
// each item is its kind in the low bits, and above them an argument.
enum class EventItem : uint8_t {
  kRepeat = 0,  // As many events as the argument says, each as predicted.
  kKnown = 1,   // The event in slot `argument`; then the change of its frame.
  kNew = 2,     // An event in full.
  kLock = 3,    // Defines a lock, or says what it is from now on.
  kStack = 4,   // The stack of the event before; the argument counts the frames.
};
inline constexpr unsigned kEventItemBits = 3;
inline constexpr unsigned kEventItemMask = (1u << kEventItemBits) - 1;

// A record has no more events than this: a killed process loses no more, and a
// reader knows what a record can cost.
inline constexpr uint32_t kMostEventsInRecord = 4096;
inline constexpr size_t kMostStackFrames = 64;

// Signed differences, small ones as small numbers.
constexpr uint64_t ToUnsigned(uint64_t difference) {
  return difference << 1 ^ (0 - (difference >> 63));
}
constexpr uint64_t ToDifference(uint64_t number) { return number >> 1 ^ (0 - (number & 1)); }

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_EVENT_H_
