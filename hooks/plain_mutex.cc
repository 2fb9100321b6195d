#include "hooks/plain_mutex.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "hooks/real.h"

namespace lockdep::hooks {

constinit int plain_kind = kNoKind;

namespace {

const void* ModuleOf(const void* function) {
  dl_find_object found;
  return _dl_find_object(const_cast<void*>(function), &found) == 0 ? found.dlfo_map_start : nullptr;
}

template <typename Function>
const void* AddressOf(Function* function) {
  return reinterpret_cast<const void*>(function);
}

// Not those of another library that interposes, which would miss the calls.
bool AreOfLibc() {
  const void* libc = ModuleOf(AddressOf(&gnu_get_libc_version));
  return libc != nullptr && ModuleOf(AddressOf(real::pthread_mutex_lock)) == libc &&
         ModuleOf(AddressOf(real::pthread_mutex_trylock)) == libc &&
         ModuleOf(AddressOf(real::pthread_mutex_unlock)) == libc;
}

bool AreTheSame(const pthread_mutex_t& a, const pthread_mutex_t& b) {
  return memcmp(&a, &b, sizeof(a)) == 0;
}

bool TakesAsLibcDoes(pid_t self) {
  const pthread_mutex_t free = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_t by_libc = free;
  pthread_mutex_t in_place = free;
  if (real::pthread_mutex_lock(&by_libc) != 0 || !TakeInPlace(&in_place, self)) return false;
  const bool agree = AreTheSame(by_libc, in_place) && !TakeInPlace(&by_libc, self) &&
                     real::pthread_mutex_trylock(&in_place) == EBUSY;
  return agree && real::pthread_mutex_unlock(&by_libc) == 0 &&
         real::pthread_mutex_unlock(&in_place) == 0 && AreTheSame(by_libc, free) &&
         AreTheSame(in_place, free);
}

}  // namespace

void PrepareForPlainMutexes(pid_t self) {
  constexpr pthread_mutex_t kPlain = PTHREAD_MUTEX_INITIALIZER;
  if (AreOfLibc() && TakesAsLibcDoes(self)) plain_kind = kPlain.__data.__kind;
}

}  // namespace lockdep::hooks
