// A guarded field: every access is a scheduling point, and is checked against
// the field's rule (rules/field_rules.def) with what the engine says the task
// holds.  Such a breach is an unprotected-access; nothing else reports one.
//
// The operators make an operation read as the kernel's code does:
// `vma->vm_end = end;` is a checked write, `if (vma->anon_vma)` a checked read,
// `vma->anon_vma.once()` a READ_ONCE, `mm->pinned_vm.add(1)` an atomic.
//
// Constructors set the first value unchecked: nobody else knows the object yet.

#ifndef MM_MODEL_GUARDED_H_
#define MM_MODEL_GUARDED_H_

#include <type_traits>
#include <utility>

#include "lockdep/native_stack.h"
#include "mm_model/rules/field_rules.h"
#include "mm_model/task.h"

namespace mm_model {

// `kWhenCleared` is the rule for writing T(), where that is another one.
template <typename Owner, typename T, Field kField, Field kWhenCleared = kField>
class Guarded {
 public:
  template <typename... Args>
  explicit Guarded(const Owner* owner, Args&&... args)
      : owner_(owner), value_(std::forward<Args>(args)...) {}
  Guarded(const Guarded&) = delete;

  // Never inlined: the place of an access is where these return to.
  [[gnu::noinline]] const T& read() const {
    WillRead(*owner_, {kField, AccessKind::kPlain, this, LOCKDEP_CALL_SITE()});
    return value_;
  }
  [[gnu::noinline]] operator T() const  // NOLINT(google-explicit-constructor): as in the kernel.
      requires std::is_scalar_v<T> {
    WillRead(*owner_, {kField, AccessKind::kPlain, this, LOCKDEP_CALL_SITE()});
    return value_;
  }
  [[gnu::noinline]] T operator->() const requires std::is_pointer_v<T> {
    WillRead(*owner_, {kField, AccessKind::kPlain, this, LOCKDEP_CALL_SITE()});
    return value_;
  }
  // READ_ONCE: what it says may be out of date at once.
  [[gnu::noinline]] T once() const requires std::is_scalar_v<T> {
    WillRead(*owner_, {kField, AccessKind::kOnce, this, LOCKDEP_CALL_SITE()});
    return value_;
  }

  [[gnu::noinline]] Guarded& operator=(T value) requires std::is_scalar_v<T> {
    Write(value, AccessKind::kPlain, LOCKDEP_CALL_SITE());
    return *this;
  }
  [[gnu::noinline]] Guarded& operator=(const Guarded& other) requires std::is_scalar_v<T> {
    const lockdep::CallSite site = LOCKDEP_CALL_SITE();
    WillRead(*other.owner_, {kField, AccessKind::kPlain, &other, site});
    Write(other.value_, AccessKind::kPlain, site);
    return *this;
  }
  // Read, change and write back: two accesses.
  [[gnu::noinline]] void operator+=(T change) requires std::is_arithmetic_v<T> {
    Change(change, LOCKDEP_CALL_SITE());
  }
  [[gnu::noinline]] void operator-=(T change) requires std::is_arithmetic_v<T> {
    Change(-change, LOCKDEP_CALL_SITE());
  }

  // Atomic operations.
  [[gnu::noinline]] void set_atomic(T value) requires std::is_scalar_v<T> {
    Write(value, AccessKind::kAtomic, LOCKDEP_CALL_SITE());
  }
  // A change whose result nobody asks for can be swapped with others like it, and is
  // part of the step that runs.  Who wants to know takes the sum.
  [[gnu::noinline]] void add(T change) requires std::is_arithmetic_v<T> {
    AlsoTouches(this, AccessMode::kShared);
    AskWrite(*owner_, {kField, AccessKind::kAtomic, this, LOCKDEP_CALL_SITE()});
    value_ += change;
  }
  [[gnu::noinline]] T sum() const requires std::is_arithmetic_v<T> {
    SchedulingPoint({StepKind::kAtomic, RuleOf(kField).name, this});
    AskRead(*owner_, {kField, AccessKind::kPlain, this, LOCKDEP_CALL_SITE()});
    return value_;
  }
  [[gnu::noinline]] void set_bits(T bits) requires std::is_integral_v<T> {
    WillWrite(*owner_, {kField, AccessKind::kAtomic, this, LOCKDEP_CALL_SITE()});
    value_ |= bits;
  }
  // Returns whether the value was `expected`, and is `value` now.
  [[gnu::noinline]] bool cmpxchg(T expected, T value) requires std::is_scalar_v<T> {
    WillWrite(*owner_, {kField, AccessKind::kAtomic, this, LOCKDEP_CALL_SITE()});
    if (value_ != expected) return false;
    value_ = value;
    return true;
  }

  // To change a tree or a list in place.
  [[gnu::noinline]] T& write() {
    WillWrite(*owner_, {kField, AccessKind::kPlain, this, LOCKDEP_CALL_SITE()});
    return value_;
  }

  // For rules and tests, which look without taking part.
  const T& peek() const { return value_; }
  // For the owner while nobody else knows it: a recycled object starts anew.
  void Reset(T value = T()) { value_ = std::move(value); }
  // A field of this value under another rule: see mm_types.h.
  T& unchecked() { return value_; }

 private:
  void Write(T value, AccessKind kind, const lockdep::CallSite& site) {
    WillWrite(*owner_, {value == T() ? kWhenCleared : kField, kind, this, site});
    value_ = value;
  }
  void Change(T change, const lockdep::CallSite& site) {
    WillRead(*owner_, {kField, AccessKind::kPlain, this, site});
    const T value = static_cast<T>(value_ + change);
    WillWrite(*owner_, {kField, AccessKind::kPlain, this, site});
    value_ = value;
  }

  const Owner* const owner_;
  T value_;
};

}  // namespace mm_model

#endif  // MM_MODEL_GUARDED_H_
