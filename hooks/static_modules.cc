#include "hooks/static_modules.h"

#include <dlfcn.h>

namespace lockdep::hooks {

constinit StaticModules static_modules;

namespace {

bool Find(const void* address, dl_find_object* found) {
  return _dl_find_object(const_cast<void*>(address), found) == 0;
}

uintptr_t BeginOf(const dl_find_object& found) {
  return reinterpret_cast<uintptr_t>(found.dlfo_map_start);
}

uintptr_t EndOf(const dl_find_object& found) {
  return reinterpret_cast<uintptr_t>(found.dlfo_map_end);
}

}  // namespace

bool IsStatic(const void* address) {
  dl_find_object found;
  return Find(address, &found);
}

bool StaticModules::IsLoaded(uintptr_t begin, uintptr_t end) {
  dl_find_object found;
  return Find(reinterpret_cast<const void*>(begin), &found) && BeginOf(found) == begin &&
         EndOf(found) == end;
}

uint64_t StaticModules::GenerationOf(uintptr_t begin, uintptr_t end) {
  for (Module& module : modules_) {
    uintptr_t known = 0;
    if (module.begin.compare_exchange_strong(known, begin, std::memory_order_acq_rel)) {
      module.generation.store(unloaded_.load(std::memory_order_relaxed), std::memory_order_relaxed);
      module.end.store(end, std::memory_order_release);
    }
    if (known == 0 || known == begin) return module.generation.load(std::memory_order_relaxed);
  }
  return 0;
}

uint64_t StaticModules::KeyOf(const void* address) {
  constexpr uint64_t kGenerations = 256;
  dl_find_object found;
  const uint64_t generation =
      Find(address, &found) ? GenerationOf(BeginOf(found), EndOf(found)) : 0;
  return reinterpret_cast<uintptr_t>(address) | generation % kGenerations << kAddressBits;
}

}  // namespace lockdep::hooks
