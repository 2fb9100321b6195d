#include "hooks/plain_rwlock.h"

#include <cerrno>
#include <cstring>
#include <initializer_list>

#include "hooks/libc_functions.h"
#include "hooks/real.h"

namespace lockdep::hooks {

constinit unsigned most_readers_in_place = 0;

namespace {

// Far below where libc's count of them overflows.
constexpr unsigned kManyReaders = 1u << 20;

// One that libc reads by its functions, and one that is read in place where that can be.
struct Both {
  pthread_rwlock_t by_libc;
  pthread_rwlock_t in_place;

  bool AreTheSame() const { return memcmp(&by_libc, &in_place, sizeof(by_libc)) == 0; }
};

bool Initialise(Both& both, int preference) {
  pthread_rwlockattr_t attr;
  if (pthread_rwlockattr_init(&attr) != 0) return false;
  const bool is_set = pthread_rwlockattr_setkind_np(&attr, preference) == 0 &&
                      real::pthread_rwlock_init(&both.by_libc, &attr) == 0;
  pthread_rwlockattr_destroy(&attr);
  both.in_place = both.by_libc;
  return is_set;
}

bool AreReadAlike(Both& both) {
  const bool are_read = real::pthread_rwlock_rdlock(&both.by_libc) == 0 &&
                        ReadInPlace(&both.in_place) && both.AreTheSame() &&
                        real::pthread_rwlock_tryrdlock(&both.by_libc) == 0 &&
                        ReadInPlace(&both.in_place) && both.AreTheSame();
  return are_read && real::pthread_rwlock_trywrlock(&both.in_place) == EBUSY;
}

bool Release(Both& both) {
  return real::pthread_rwlock_unlock(&both.by_libc) == 0 &&
         real::pthread_rwlock_unlock(&both.in_place) == 0 && both.AreTheSame();
}

// And afterwards, since libc keeps in mind that a writer was the last.
bool IsRefusedWhileWritten(Both& both) {
  return real::pthread_rwlock_wrlock(&both.by_libc) == 0 &&
         real::pthread_rwlock_wrlock(&both.in_place) == 0 && !ReadInPlace(&both.in_place) &&
         both.AreTheSame() && Release(both) && !ReadInPlace(&both.in_place);
}

bool ReadsAsLibcDoes(int preference) {
  Both both;
  return Initialise(both, preference) && AreReadAlike(both) && Release(both) && Release(both) &&
         IsRefusedWhileWritten(both) && real::pthread_rwlock_rdlock(&both.by_libc) == 0 &&
         real::pthread_rwlock_rdlock(&both.in_place) == 0 && AreReadAlike(both);
}

}  // namespace

void PrepareForPlainRwlocks() {
  if (!AreOfLibc(real::pthread_rwlock_rdlock, real::pthread_rwlock_tryrdlock,
                 real::pthread_rwlock_wrlock, real::pthread_rwlock_unlock)) {
    return;
  }
  most_readers_in_place = kManyReaders;
  for (const int preference : {PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP,
                               PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP}) {
    if (!ReadsAsLibcDoes(preference)) most_readers_in_place = 0;
  }
}

}  // namespace lockdep::hooks
