// An object in static storage that is made when it is first needed and never destroyed:
// locks are taken before the constructors of the program run, and after its destructors.
// What is there from the start is internal::NeverDestroyed.
//
// Thread safety: that of the object; Make needs whatever keeps others from it.

#ifndef LOCKDEP_MADE_LATER_H_
#define LOCKDEP_MADE_LATER_H_

#include <new>
#include <utility>

namespace lockdep {

template <typename T>
class MadeLater {
 public:
  constexpr MadeLater() = default;
  MadeLater(const MadeLater&) = delete;
  MadeLater& operator=(const MadeLater&) = delete;

  // Makes it, also in the place of one that was made before.
  template <typename... Args>
  T& Make(Args&&... args) {
    return *new (memory_) T(std::forward<Args>(args)...);
  }

  // REQUIRES: it was made.
  T& operator*() { return *std::launder(reinterpret_cast<T*>(memory_)); }
  T* operator->() { return &**this; }

 private:
  alignas(T) unsigned char memory_[sizeof(T)] = {};
};

}  // namespace lockdep

#endif  // LOCKDEP_MADE_LATER_H_
