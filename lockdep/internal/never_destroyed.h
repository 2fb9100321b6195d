// An object in static storage without a destructor that runs: locks are taken after
// main, when those of other objects have run.
//
// Thread safety: that of the object.

#ifndef LOCKDEP_INTERNAL_NEVER_DESTROYED_H_
#define LOCKDEP_INTERNAL_NEVER_DESTROYED_H_

namespace lockdep::internal {

// Meant for `constinit`, so that it is there before any constructor runs.
template <typename T>
class NeverDestroyed {
 public:
  constexpr NeverDestroyed() : memory_() {}
  NeverDestroyed(const NeverDestroyed&) = delete;
  NeverDestroyed& operator=(const NeverDestroyed&) = delete;

  T& operator*() { return memory_.object; }
  T* operator->() { return &memory_.object; }

 private:
  union Memory {
    constexpr Memory() : object() {}
    constexpr ~Memory() {}
    T object;
  };
  Memory memory_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_NEVER_DESTROYED_H_
