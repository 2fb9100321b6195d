// dlopen and dlclose hold the loader's lock while they run constructors and
// destructors of the program.

#include <link.h>

#include "hooks/exported.h"
#include "hooks/read_memory.h"
#include "hooks/real.h"
#include "hooks/session.h"
#include "hooks/static_modules.h"
#include "hooks/wait_scope.h"

using lockdep::LockKind;
using lockdep::hooks::IsStatic;
using lockdep::hooks::ReadMemory;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
using lockdep::hooks::session;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

// There is one, and its address is nobody's business.
constexpr ResourceId kLoader = {ResourceType::kLoader, 1, LockKind::kLoader};

constexpr char kName[] = "the loader's lock";

// Whether the result depends on who calls: the search paths of the caller's module
// count for bare names, and its place for "$ORIGIN".
bool DependsOnCaller(const char* file) {
  if (file == nullptr) return true;
  bool has_slash = false;
  for (const char* c = file; *c != '\0'; ++c) {
    if (*c == '$') return true;
    has_slash = has_slash || *c == '/';
  }
  return !has_slash;
}

// Some address of the library, to ask later whether it is still there; null if it is not now.
// The handle may be no handle.
const void* PartOf(const void* handle) {
  link_map library;
  const bool is_library = handle != nullptr && ReadMemory(handle, &library);
  return is_library && IsStatic(library.l_ld) ? library.l_ld : nullptr;
}

__attribute__((noinline)) void TellWait(const lockdep::hooks::Caller& caller) {
  WaitScope(caller).BeforeWait(kLoader, kName);
}

__attribute__((noinline)) void* Open(const lockdep::hooks::Caller& caller, const char* file,
                                     int flags) {
  WaitScope scope(caller);
  scope.BeforeHoldAgain(kLoader, kName);
  void* handle = real::dlopen(file, flags);
  scope.BeforeUnholdAgain(kLoader);
  return handle;
}

}  // namespace

// Where the caller counts, the real function must see it: this has to be a jump, so
// what a constructor takes is then not ordered after the loader's lock.
#if defined(__clang__)
#define LOCKDEP_JUMPING
#else
#define LOCKDEP_JUMPING __attribute__((optimize("O2")))
#endif

EXPORTED LOCKDEP_JUMPING void* dlopen(const char* file, int flags) noexcept {
  if (DependsOnCaller(file)) {
    TellWait(LOCKDEP_HOOK_CALLER());
#if defined(__clang__)
    __attribute__((musttail)) return real::dlopen(file, flags);
#else
    return real::dlopen(file, flags);
#endif
  }
  return Open(LOCKDEP_HOOK_CALLER(), file, flags);
}

EXPORTED int dlclose(void* handle) noexcept {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  const void* const part = PartOf(handle);
  const uint64_t begun = session().locks().locks_begun();
  scope.BeforeHoldAgain(kLoader, kName);
  const int result = real::dlclose(handle);
  scope.BeforeUnholdAgain(kLoader);
  if (part != nullptr && !IsStatic(part)) scope.EndUnloaded(begun);
  return result;
}
