// dlopen and dlclose hold the loader's lock while they run constructors and
// destructors of the program.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"

using lockdep::LockKind;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
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
  scope.BeforeHoldAgain(kLoader, kName);
  const int result = real::dlclose(handle);
  scope.BeforeUnholdAgain(kLoader);
  return result;
}
