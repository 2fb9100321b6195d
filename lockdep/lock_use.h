// All that the rules ask of one acquisition, in one word: which class, in which
// mode, tried or waited for, and what could interrupt it.  The word is what a
// chain key hashes, so that everything a rule depends on is in the key.

#ifndef LOCKDEP_LOCK_USE_H_
#define LOCKDEP_LOCK_USE_H_

#include <cstdint>

#include "lockdep/types.h"

namespace lockdep {

class LockUse {
 public:
  constexpr LockUse() = default;
  constexpr LockUse(ClassId id, ReadMode mode, TryLock trylock, Check check = Check::kFull)
      : word_(static_cast<uint64_t>(id) | static_cast<uint64_t>(mode) << kModeShift |
              static_cast<uint64_t>(trylock) << kTryLockShift |
              static_cast<uint64_t>(check) << kUncheckedShift) {}

  constexpr ClassId class_id() const { return static_cast<ClassId>(word_ & kClassMask); }
  constexpr ReadMode mode() const { return static_cast<ReadMode>(word_ >> kModeShift & kModeMask); }
  constexpr bool reads() const { return mode() != ReadMode::kWrite; }
  constexpr bool tried() const { return Bit(kTryLockShift); }
  constexpr bool checked() const { return !Bit(kUncheckedShift); }
  // A held nest lock makes up for the order that this acquisition lacks.
  constexpr bool serialised() const { return Bit(kSerialisedShift); }
  // It waited for the lock without taking it (lock_sync).
  constexpr bool sync() const { return Bit(kSyncShift); }
  // The order among the locks of its class is the host's affair.
  constexpr bool host_ordered() const { return Bit(kHostOrderedShift); }
  // Whether it has a dependency on each lock held below it, and every path
  // through it stays strong, so that what is taken upon it needs none of its own.
  constexpr bool CarriesOrder() const {
    return checked() && !tried() && !serialised() && mode() != ReadMode::kRecursiveRead;
  }
  constexpr ContextId context() const {
    return static_cast<ContextId>(word_ >> kContextShift & kContextMask);
  }
  constexpr uint64_t word() const { return word_; }

  constexpr LockUse Serialised() const { return LockUse(word_ | uint64_t{1} << kSerialisedShift); }
  constexpr LockUse Sync() const { return LockUse(word_ | uint64_t{1} << kSyncShift); }
  constexpr LockUse HostOrdered() const {
    return LockUse(word_ | uint64_t{1} << kHostOrderedShift);
  }
  constexpr LockUse In(ContextId context) const {
    return LockUse((word_ & ~(kContextMask << kContextShift)) | static_cast<uint64_t>(context)
                                                                    << kContextShift);
  }
  // No chain with it is ever proved: the thread is switched off.
  constexpr LockUse Off() const { return LockUse(word_ | uint64_t{1} << kOffShift); }
  constexpr LockUse On() const { return LockUse(word_ & ~(uint64_t{1} << kOffShift)); }
  // REQUIRES: no part of `context` but its context, and whether it is off, is set,
  // and neither is set here.
  constexpr LockUse With(LockUse context) const { return LockUse(word_ | context.word_); }
  constexpr LockUse WithMode(ReadMode mode) const {
    return LockUse((word_ & ~(kModeMask << kModeShift)) | static_cast<uint64_t>(mode)
                                                              << kModeShift);
  }
  constexpr LockUse WithClass(ClassId id) const {
    return LockUse((word_ & ~kClassMask) | static_cast<uint64_t>(id));
  }

  // How many different contexts a word has room for.
  static constexpr uint32_t kMaxContexts = 1u << 24;

  friend bool operator==(LockUse, LockUse) = default;

 private:
  // The class stands where no shift is needed, since it alone is not a constant of
  // the place that takes the lock.
  static constexpr uint64_t kClassMask = 0xffffffff;
  static constexpr unsigned kModeShift = 32;
  static constexpr uint64_t kModeMask = 3;
  static constexpr unsigned kTryLockShift = 34;
  static constexpr unsigned kUncheckedShift = 35;
  static constexpr unsigned kSerialisedShift = 36;
  static constexpr unsigned kSyncShift = 37;
  static constexpr unsigned kOffShift = 38;
  static constexpr unsigned kHostOrderedShift = 39;
  static constexpr unsigned kContextShift = 40;
  static constexpr uint64_t kContextMask = kMaxContexts - 1;

  explicit constexpr LockUse(uint64_t word) : word_(word) {}
  constexpr bool Bit(unsigned shift) const { return (word_ >> shift & 1) != 0; }

  uint64_t word_ = 0;
};

}  // namespace lockdep

#endif  // LOCKDEP_LOCK_USE_H_
