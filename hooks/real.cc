#include "hooks/real.h"

#include <dlfcn.h>

#include <cerrno>
#include <type_traits>

#include "hooks/early_memory.h"

namespace lockdep::hooks::real {
namespace {

// dlsym may allocate when it fails, and an allocator may lock: such a call
// looks up only the one function that it needs.
constinit thread_local bool is_resolving = false;

void* LookUp(const char* name, const char* version) {
#if defined(__x86_64__)
  if (version != nullptr) {
    if (void* found = dlvsym(RTLD_NEXT, name, version); found != nullptr) return found;
  }
#else
  (void)version;  // The versions in the list are those of x86-64.
#endif
  return dlsym(RTLD_NEXT, name);
}

// The C++ runtime may have been loaded for one plugin alone, where RTLD_NEXT does
// not look.  Whoever calls such a function has one.
constexpr char kCxxVersion[] = "of the C++ runtime";
// Nobody may have it; then nothing is called.
constexpr char kOptional[] = "of somebody who listens";
constexpr const char* kCxxRuntimes[] = {"libstdc++.so.6", "libc++abi.so.1", "libc++.so.1"};

void* LookUpInCxxRuntime(const char* name) {
  for (const char* library : kCxxRuntimes) {
    void* handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    if (void* found = dlsym(handle, name); found != nullptr) return found;
  }
  return nullptr;
}

// What an allocator's function does while it is looked up itself.
template <auto* kSlot>
constexpr std::nullptr_t kEarly = nullptr;
template <>
constexpr auto kEarly<&real::malloc> = AllocateEarly;
template <>
constexpr auto kEarly<&real::calloc> = AllocateEarlyArray;
template <>
constexpr auto kEarly<&real::realloc> = ReallocateEarly;

// Stands in for a function until it is looked up, and for good if libc lacks it.
template <auto* kSlot, typename Function>
struct FirstCall;

template <auto* kSlot, typename Result, typename... Arguments, bool kNoexcept>
struct FirstCall<kSlot, Result (*)(Arguments...) noexcept(kNoexcept)> {
  static const char* name;
  static const char* version;

  static Result Call(Arguments... arguments) noexcept(kNoexcept) {
    if constexpr (!std::is_null_pointer_v<std::remove_const_t<decltype(kEarly<kSlot>)>>) {
      if (is_resolving) return kEarly<kSlot>(arguments...);
    }
    const bool is_alone = version == kCxxVersion || version == kOptional;
    is_resolving || is_alone ? Resolve() : ResolveAll();
    const auto function = __atomic_load_n(kSlot, __ATOMIC_RELAXED);
    if (function != &Call) return function(arguments...);
    if constexpr (std::is_pointer_v<Result>) {
      errno = ENOSYS;
      return nullptr;
    } else if constexpr (!std::is_void_v<Result>) {
      return static_cast<Result>(ENOSYS);
    }
  }

  static Result Absent(Arguments...) noexcept(kNoexcept) { return Result(); }

  static void Resolve() {
    const bool is_of_libc = version != kCxxVersion && version != kOptional;
    void* found = LookUp(name, is_of_libc ? version : nullptr);
    if (found == nullptr && version == kCxxVersion) found = LookUpInCxxRuntime(name);
    if (found == nullptr && version == kOptional) found = reinterpret_cast<void*>(&Absent);
    if (found == nullptr) return;
    __atomic_store_n(kSlot, reinterpret_cast<Result (*)(Arguments...) noexcept(kNoexcept)>(found),
                     __ATOMIC_RELAXED);
  }
};

}  // namespace

#define LOCKDEP_HOOK_ALIAS(name, of)
#define LOCKDEP_HOOK(function, symbol_version)                                      \
  constinit PointerTo<& ::function> function =                                      \
      &FirstCall<&real::function, PointerTo<&::function>>::Call;                    \
  template <>                                                                       \
  const char* FirstCall<&real::function, PointerTo<&::function>>::name = #function; \
  template <>                                                                       \
  const char* FirstCall<&real::function, PointerTo<&::function>>::version = symbol_version;
#define LOCKDEP_HOOK_CXX(name) LOCKDEP_HOOK(name, kCxxVersion)
#define LOCKDEP_HOOK_OPTIONAL(name) LOCKDEP_HOOK(name, kOptional)
#include "hooks/interposed.def"
#undef LOCKDEP_HOOK
#undef LOCKDEP_HOOK_CXX
#undef LOCKDEP_HOOK_OPTIONAL

// Not those of the C++ runtime: most programs have none, and a look-up that fails
// allocates.
void ResolveAll() {
  const int saved_errno = errno;
  is_resolving = true;
#define LOCKDEP_HOOK(function, symbol_version) \
  FirstCall<&real::function, PointerTo<&::function>>::Resolve();
#define LOCKDEP_HOOK_CXX(name)
#define LOCKDEP_HOOK_OPTIONAL(name)
#include "hooks/interposed.def"
#undef LOCKDEP_HOOK
#undef LOCKDEP_HOOK_CXX
#undef LOCKDEP_HOOK_OPTIONAL
#undef LOCKDEP_HOOK_ALIAS
  is_resolving = false;
  errno = saved_errno;
}

}  // namespace lockdep::hooks::real
