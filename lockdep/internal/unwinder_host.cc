// What the private copy of libunwind calls instead of the program's functions:
// see unwinder.cmake.  Only code without static unwind tables (a JIT's) makes it
// allocate and lock, and seldom.

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lockdep/internal/raw_lock.h"

namespace {

constinit lockdep::internal::RawLock fde_cache_lock;

// What libunwind gives to the callback; its own name is dl_iterate_cb_data.
struct SectionSearch {
  const void* address_space;
  void* sections;
  uintptr_t target;
};

// The program headers of a module, which stand at the start of its mapping.
bool FindProgramHeaders(const dl_find_object& module, dl_phdr_info* info) {
  constexpr size_t kFirstPage = 4096;
  const auto* start = static_cast<const char*>(module.dlfo_map_start);
  ElfW(Ehdr) header;
  memcpy(&header, start, sizeof(header));
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (header.e_phoff + size_t{header.e_phnum} * sizeof(ElfW(Phdr)) > kFirstPage) return false;
  info->dlpi_addr = module.dlfo_link_map->l_addr;
  info->dlpi_name = module.dlfo_link_map->l_name;
  info->dlpi_phdr = reinterpret_cast<const ElfW(Phdr)*>(start + header.e_phoff);
  info->dlpi_phnum = header.e_phnum;
  return true;
}

}  // namespace

extern "C" {

// Names the one module that libunwind looks for, without the loader's lock:
// glibc does not release that one in the child of a fork, so a child of a
// program that unwinds in another thread would wait for it for ever.
[[gnu::visibility("hidden")]] int lockdep_unwind_iterate_phdr(int (*callback)(dl_phdr_info*, size_t,
                                                                              void*),
                                                              void* data) {
  const auto* search = static_cast<const SectionSearch*>(data);
  dl_find_object module;
  if (_dl_find_object(reinterpret_cast<void*>(search->target), &module) != 0) return 0;
  dl_phdr_info info = {};
  return FindProgramHeaders(module, &info) ? callback(&info, sizeof(info), data) : 0;
}

// Its cache of unwind entries doubles and is never given back.
[[gnu::visibility("hidden")]] void* lockdep_unwind_malloc(size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

[[gnu::visibility("hidden")]] void lockdep_unwind_free(void*) {}

[[gnu::visibility("hidden")]] int lockdep_unwind_rdlock(void*) {
  fde_cache_lock.Lock();
  return 0;
}

[[gnu::visibility("hidden")]] int lockdep_unwind_wrlock(void*) {
  fde_cache_lock.Lock();
  return 0;
}

[[gnu::visibility("hidden")]] int lockdep_unwind_unlock(void*) {
  fde_cache_lock.Unlock();
  return 0;
}

}  // extern "C"
