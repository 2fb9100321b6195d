// Takes the payloads of a recording's events records apart, in their order.
//
// They are hostile input: every number is checked, and a record yields no more
// events than the format allows, whatever it claims.
//
// Thread safety: none; one for each recording.

#ifndef LOCKDEP_RECORD_EVENT_READER_H_
#define LOCKDEP_RECORD_EVENT_READER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockdep/call_site.h"
#include "lockdep/lock_class.h"
#include "lockdep/record/event.h"

namespace lockdep::record {

// What the log says of a lock from here on.
struct LoggedLock {
  uint64_t id = 0;  // EventStep::lock; never 0.
  ClassKey key;
  uint64_t address = 0;
  uint64_t origin = 0;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  LockKind kind = LockKind::kUnknown;
  WaitType wait_inner = WaitType::kUnchecked;
  WaitType wait_outer = WaitType::kUnchecked;
  LockRole role = LockRole::kLock;
  std::string name;

  friend bool operator==(const LoggedLock&, const LoggedLock&) = default;
};

// Hears what a log says.  Each returns why it makes no sense, or nothing.
class EventVisitor {
 public:
  virtual std::string OnLock(const LoggedLock& lock) = 0;
  // `stack` is empty if the engine did not ask for one.
  virtual std::string OnEvent(const Event& event, std::span<const StackFrame> stack) = 0;

 protected:
  ~EventVisitor() = default;
};

class EventReader {
 public:
  EventReader() : predictor_(std::make_unique<EventPredictor>()) {}

  // Returns why the rest of the payload cannot be read, or nothing.
  std::string Read(std::string_view payload, EventVisitor& visitor);

 private:
  class Numbers;

  static LoggedLock Lock(Numbers& in);
  static Event New(Numbers& in);
  Event Known(Numbers& in, uint64_t slot) const;
  void Stack(Numbers& in);
  std::string Tell(Numbers& in, const Event& event, EventVisitor& visitor);
  std::string One(Numbers& in, const Event& event, EventVisitor& visitor);
  std::string Item(Numbers& in, EventVisitor& visitor);
  std::string Repeat(Numbers& in, uint64_t count, EventVisitor& visitor);

  std::unique_ptr<EventPredictor> predictor_;
  uint32_t events_ = 0;  // Of the record at hand.
  std::vector<StackFrame> stack_;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_EVENT_READER_H_
