#include "hooks/plain_mutex.h"

#include <cerrno>
#include <cstring>

#include "hooks/libc_functions.h"
#include "hooks/real.h"

namespace lockdep::hooks {

constinit int plain_kind = kNoKind;

namespace {

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
  const bool are_called_directly =
      AreOfLibc(real::pthread_mutex_lock, real::pthread_mutex_trylock, real::pthread_mutex_unlock);
  if (are_called_directly && TakesAsLibcDoes(self)) plain_kind = kPlain.__data.__kind;
}

}  // namespace lockdep::hooks
