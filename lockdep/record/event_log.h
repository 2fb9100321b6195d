// Writes the events of a complete log into memory of a fixed size, from which the
// host takes what one events record is to hold.
//
// Made for the same places as Recorder: calls no malloc, throws nothing.
//
// Thread safety: all but Lock under the lock, which the host also holds over the calls
// that it writes, so that they are made in the order of the log.

#ifndef LOCKDEP_RECORD_EVENT_LOG_H_
#define LOCKDEP_RECORD_EVENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lockdep/call_site.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/lock_class.h"
#include "lockdep/record/event.h"

namespace lockdep::record {

class EventLog {
 public:
  EventLog() = default;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void Lock() { lock_.Lock(); }
  void Unlock() { lock_.Unlock(); }

  // Returns false if memory ended.  A second call begins a log of another file.
  bool Start();

  // Adds an event.  `lock`, which may be null, is what `step.lock` stands for;
  // `name` is its name, or null.
  // REQUIRES: Start returned true, and !is_full().
  void Add(const Event& event, const LockMap* lock, const char* name);

  // The stack with which the event that was added last came to the engine.
  void AddStack(std::span<const StackFrame> frames);

  // Whether the record at hand has to be taken before the next event.
  bool is_full() const {
    return events_ == kMostEventsInRecord || size_ + kLargestEvent > kCapacity;
  }

  // The payload of a record; empty if there were no events.  Valid until the next Add.
  std::span<const unsigned char> Take();

 private:
  static constexpr size_t kCapacity = 32768;
  static constexpr size_t kMostName = 256;
  // A definition of a lock, an event in full and a stack.
  static constexpr size_t kLargestEvent = 4096;
  static constexpr uint32_t kLocks = 1024;

  // What was last written of a lock.
  struct KnownLock {
    uint64_t id;
    uint64_t key;
    uint64_t address;
    uint64_t origin;
    uint64_t kinds;
    friend bool operator==(const KnownLock&, const KnownLock&) = default;
  };
  struct Memory {
    EventPredictor predictor;
    KnownLock locks[kLocks];
    unsigned char bytes[kCapacity];
  };

  void Define(const KnownLock& lock, const char* name);
  void Put(uint64_t number);
  void PutItem(EventItem item, uint64_t argument = 0);
  void PutRepeats();
  void PutNew(const Event& event);

  ::lockdep::internal::RawLock lock_;
  ::lockdep::internal::Arena arena_;
  Memory* memory_ = nullptr;
  size_t size_ = 0;
  uint32_t events_ = 0;
  uint32_t repeats_ = 0;  // Events as predicted that are not yet written.
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_EVENT_LOG_H_
