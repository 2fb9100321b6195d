// The smallest host: two locks, taken in both orders, and an observer that
// counts.  Exits with 0 if exactly one lock-order inversion was heard of.

#include <cstdio>
#include <cstring>

#include "lockdep/lockdep.h"

namespace {

class Counter final : public lockdep::Observer {
 public:
  void OnViolation(const lockdep::Violation& violation) override {
    const char* kind = lockdep::ToString(violation.kind);
    std::printf("heard: %s\n", kind);
    ++heard_;
    if (std::strcmp(kind, "lock-order-inversion") == 0) ++inversions_;
  }

  bool heard_one_inversion() const { return heard_ == 1 && inversions_ == 1; }
  bool heard_nothing() const { return heard_ == 0; }

 private:
  int heard_ = 0;
  int inversions_ = 0;
};

void TakeBoth(lockdep::Validator& validator, lockdep::ThreadContext& thread,
              lockdep::LockMap& outer, lockdep::LockMap& inner) {
  validator.Acquire(thread, {.lock = &outer, .site = LOCKDEP_CALL_SITE()});
  validator.Acquire(thread, {.lock = &inner, .site = LOCKDEP_CALL_SITE()});
  validator.Release(thread, inner, LOCKDEP_CALL_SITE());
  validator.Release(thread, outer, LOCKDEP_CALL_SITE());
}

}  // namespace

int main() {
  Counter counter;
  lockdep::NativeStack stacks;
  lockdep::Validator validator({.observer = &counter, .stacks = &stacks});
  lockdep::LockMap a(lockdep::ClassKey{1}, "a", lockdep::LockKind::kMutex);
  lockdep::LockMap b(lockdep::ClassKey{2}, "b", lockdep::LockKind::kMutex);
  lockdep::ThreadContext* thread = validator.CreateThread("main");

  TakeBoth(validator, *thread, a, b);
  const bool quiet_before = counter.heard_nothing();
  TakeBoth(validator, *thread, b, a);
  validator.DestroyThread(thread);
  return quiet_before && counter.heard_one_inversion() ? 0 : 1;
}
