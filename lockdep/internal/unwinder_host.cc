// What the private copy of libunwind calls instead of the program's functions:
// see unwinder.cmake.  Only code without static unwind tables (a JIT's) makes it
// allocate and lock, and seldom.

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

#include "lockdep/internal/frame_index.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/native_stack_fork.h"

namespace {

constinit lockdep::internal::RawLock fde_cache_lock;

// What libunwind gives to the callback; its own name is dl_iterate_cb_data.
struct SectionSearch {
  const void* address_space;
  void* sections;
  uintptr_t target;
};

// The two program headers of a module that an unwinder asks for.  The module's own are
// not always where its code's mapping begins: the segments of an executable may lie apart.
struct HeadersOfModule {
  explicit HeadersOfModule(const dl_find_object& module) {
    const uintptr_t bias = module.dlfo_link_map->l_addr;
    const auto start = reinterpret_cast<uintptr_t>(module.dlfo_map_start);
    code.p_type = PT_LOAD;
    code.p_vaddr = start - bias;
    code.p_memsz = reinterpret_cast<uintptr_t>(module.dlfo_map_end) - start;
    tables.p_type = PT_GNU_EH_FRAME;
    tables.p_vaddr = reinterpret_cast<uintptr_t>(module.dlfo_eh_frame) - bias;
    tables.p_memsz = kTablesHeader;
  }

  // Of its tables only the header is read with this bound: four bytes and two numbers.
  static constexpr size_t kTablesHeader = 64;

  ElfW(Phdr) code = {};
  ElfW(Phdr) tables = {};
};
static_assert(sizeof(HeadersOfModule) == 2 * sizeof(ElfW(Phdr)), "read as an array");

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
  if (module.dlfo_eh_frame == nullptr) return 0;
  // libunwind would go on to read all descriptions of the module one by one, each time.
  if (!lockdep::internal::MayHaveDescription(module.dlfo_eh_frame, search->target)) return 0;
  const HeadersOfModule headers(module);
  dl_phdr_info info = {};
  info.dlpi_addr = module.dlfo_link_map->l_addr;
  info.dlpi_name = module.dlfo_link_map->l_name;
  info.dlpi_phdr = &headers.code;
  info.dlpi_phnum = 2;
  return callback(&info, sizeof(info), data);
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

namespace lockdep {

// An entry that was being added counts once it is complete.
void ResetNativeStackInChild() { new (&fde_cache_lock) internal::RawLock(); }

}  // namespace lockdep
