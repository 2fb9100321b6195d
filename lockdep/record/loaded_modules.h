// The executables and libraries that a recording has named so far.  Which one an
// address is in is asked of the dynamic loader without taking its locks: a
// thread may hold them while it waits for the validator (an exception being
// thrown, a dl_iterate_phdr callback that takes a mutex).
//
// A module is named again when another one has come to its place after dlclose.
//
// Allocates from the arena only.  Needs glibc 2.35 (_dl_find_object).
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_RECORD_LOADED_MODULES_H_
#define LOCKDEP_RECORD_LOADED_MODULES_H_

#include <climits>
#include <cstddef>
#include <cstdint>

#include "lockdep/internal/arena.h"

namespace lockdep::record {

struct LoadedModule {
  uintptr_t begin;  // Of the mapped range.
  uintptr_t end;
  uintptr_t bias;  // Address in memory minus address in the file's own terms.
  const void* loader_entry;
  const char* path;               // The loader's; empty for the executable.
  const unsigned char* build_id;  // In the module's memory; null if it has none.
  size_t build_id_size;
};

class LoadedModules {
 public:
  explicit LoadedModules(::lockdep::internal::Arena& arena) : arena_(arena) {}

  // Forgets everything, as for a new file.
  void Clear() { count_ = 0; }

  // Returns whether `address` is in a module that has not been named yet; from
  // now on it counts as named.  Describes the module in any case; an address in
  // none leaves `begin` and `end` equal.
  bool FindNew(uintptr_t address, LoadedModule* module);

 private:
  static constexpr size_t kMaxBuildId = 32;
  struct Named {
    uintptr_t begin;
    uintptr_t end;
    const void* loader_entry;
    size_t build_id_size;
    unsigned char build_id[kMaxBuildId];
  };

  static bool Matches(const Named& named, const LoadedModule& module);
  void Remember(const LoadedModule& module);

  ::lockdep::internal::Arena& arena_;
  Named* named_ = nullptr;
  size_t count_ = 0;
  size_t capacity_ = 0;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_LOADED_MODULES_H_
