// The executables and libraries that static locks stand in.  Such a lock is known by its
// address, as long as its library is loaded: what comes to its place after dlclose is
// something else.
//
// Limits: of more than kMostModules with static locks, the locks of the others keep their
// history when another library takes their place; as does everything after 256 of them ended.
// Thread safety: any thread; takes no lock of the loader.

#ifndef LOCKDEP_HOOKS_STATIC_MODULES_H_
#define LOCKDEP_HOOKS_STATIC_MODULES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Whether the address is inside an executable or a library.  Asked without the
// loader's locks: a thread may hold them while it waits for one of the program's.
bool IsStatic(const void* address);

class StaticModules {
 public:
  // What tells a static lock from others, now and of earlier libraries at its address; below
  // bit 56.  REQUIRES: IsStatic.
  uint64_t KeyOf(const void* address);

  // After a library may have been unloaded: calls ended(begin, end) for each whose place is
  // empty, or another's.
  template <typename Ended>
  void ForgetUnloaded(const Ended& ended) {
    for (Module& module : modules_) {
      const uintptr_t begin = module.begin.load(std::memory_order_acquire);
      const uintptr_t end = module.end.load(std::memory_order_relaxed);
      if (begin == 0 || end == 0 || IsLoaded(begin, end)) continue;
      ended(begin, end);
      unloaded_.fetch_add(1, std::memory_order_relaxed);
      module.end.store(0, std::memory_order_relaxed);
      module.begin.store(0, std::memory_order_release);
    }
  }

 private:
  static constexpr size_t kMostModules = 512;
  static constexpr unsigned kAddressBits = 48;

  // `begin` is claimed first; while `end` is 0 the rest is being written.
  struct Module {
    std::atomic<uintptr_t> begin;
    std::atomic<uintptr_t> end;
    std::atomic<uint64_t> generation;  // How many had been unloaded before.
  };

  static bool IsLoaded(uintptr_t begin, uintptr_t end);
  uint64_t GenerationOf(uintptr_t begin, uintptr_t end);

  Module modules_[kMostModules] = {};
  std::atomic<uint64_t> unloaded_{0};
};

extern constinit StaticModules static_modules;

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_STATIC_MODULES_H_
