// A guarded field: every access is a scheduling point, and a write is checked
// against the field's rule (field_rules.def) with what the engine says the task
// holds.  Such a breach is an unprotected-access; nothing else reports one.
//
// The operators make an operation read as the kernel's code does:
// `vma->vm_end = end;` is a checked write, `if (vma->anon_vma)` a read.
//
// Constructors set the first value unchecked: nobody else knows the object yet.

#ifndef MM_MODEL_GUARDED_H_
#define MM_MODEL_GUARDED_H_

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "lockdep/native_stack.h"
#include "mm_model/requirement.h"

namespace mm_model {

struct address_space;
struct anon_vma;
struct folio;
struct mm_struct;
struct pt_slot;
struct vm_area_struct;

enum class Field : uint8_t {
#define MM_FIELD(identifier, name, requirement, source, exceptions, exceptions_source) identifier,
#include "mm_model/field_rules.def"
#undef MM_FIELD
};

struct FieldRule {
  const char* name;
  const char* text;  // The requirement as written.
  Requirement requirement;
  const char* source;
  const char* exceptions_text;
  Requirement exceptions;  // None if the text is empty.
  const char* exceptions_source;
};

const FieldRule& RuleOf(Field field);
std::span<const FieldRule> AllFieldRules();

// What is accessed, and from where.
struct FieldAccess {
  Field field;
  const void* where;  // The field itself: what conflicting accesses have in common.
  const lockdep::CallSite& site;
};

// The running task reads, or is about to write, a field of the object.
void WillRead(const FieldAccess& access);
void WillWrite(const mm_struct& mm, const FieldAccess& access);
void WillWrite(const vm_area_struct& vma, const FieldAccess& access);
void WillWrite(const anon_vma& av, const FieldAccess& access);
void WillWrite(const address_space& mapping, const FieldAccess& access);
void WillWrite(const folio& folio, const FieldAccess& access);
void WillWrite(const pt_slot& slot, const FieldAccess& access);

// `kWhenCleared` is the rule for writing T(), where that is another one.
template <typename Owner, typename T, Field kField, Field kWhenCleared = kField>
class Guarded {
 public:
  template <typename... Args>
  explicit Guarded(const Owner* owner, Args&&... args)
      : owner_(owner), value_(std::forward<Args>(args)...) {}
  Guarded(const Guarded&) = delete;

  const T& read() const {
    WillRead({kField, this, {}});
    return value_;
  }
  operator T() const  // NOLINT(google-explicit-constructor): reads as in the kernel.
      requires std::is_scalar_v<T> {
    return read();
  }
  T operator->() const requires std::is_pointer_v<T> { return read(); }

  // Never inlined: the place of a write is where these return to.
  [[gnu::noinline]] Guarded& operator=(T value) requires std::is_scalar_v<T> {
    WillWrite(*owner_, {value == T() ? kWhenCleared : kField, this, LOCKDEP_CALL_SITE()});
    value_ = value;
    return *this;
  }
  [[gnu::noinline]] Guarded& operator=(const Guarded& other) requires std::is_scalar_v<T> {
    const T value = other.read();
    WillWrite(*owner_, {value == T() ? kWhenCleared : kField, this, LOCKDEP_CALL_SITE()});
    value_ = value;
    return *this;
  }
  // To change a tree or a list in place.
  [[gnu::noinline]] T& write() {
    WillWrite(*owner_, {kField, this, LOCKDEP_CALL_SITE()});
    return value_;
  }

  // For rules and tests, which look without taking part.
  const T& peek() const { return value_; }
  // For the owner while nobody else knows it: a recycled object starts anew.
  void Reset(T value = T()) { value_ = std::move(value); }

 private:
  const Owner* const owner_;
  T value_;
};

}  // namespace mm_model

#endif  // MM_MODEL_GUARDED_H_
