// A rwlock that only readers hold, or nobody, taken in place by one more reader: as libc
// does it, without the call.
//
// Its state is one word that <pthread.h> declares, __readers: how many there are, above
// three bits that say whether writers hold it or wait for it.  While these are 0 every
// preference lets a reader in, who adds itself and nothing else.  What libc is loaded is asked at
// the start, as for plain mutexes (plain_mutex.h).
//
// Writers, whoever waits, and every release go by way of libc.
//
// Thread safety: as pthread_rwlock_tryrdlock.

#ifndef LOCKDEP_HOOKS_PLAIN_RWLOCK_H_
#define LOCKDEP_HOOKS_PLAIN_RWLOCK_H_

#include <pthread.h>

#include <bit>

namespace lockdep::hooks {

inline constexpr int kBitsOfWriters = 3;

// So many readers are let in without a call: none before libc was asked.
extern constinit unsigned most_readers_in_place __attribute__((visibility("hidden")));

// The readers that it has, and what is up with its writers.
__attribute__((always_inline)) inline unsigned ReadersOf(const pthread_rwlock_t* rwlock) {
  return __atomic_load_n(&rwlock->__data.__readers, __ATOMIC_RELAXED);
}

// Whether one more may come in place: then no writer holds it, and the call could not fail.
__attribute__((always_inline)) inline bool IsOpenToReaders(unsigned readers) {
  // With the bits of writers on top, one comparison looks at all.
  return std::rotr(readers, kBitsOfWriters) < most_readers_in_place;
}

// Returns whether the caller is now one more reader than these.
// REQUIRES: IsOpenToReaders(readers).
__attribute__((always_inline)) inline bool ReadInPlace(pthread_rwlock_t* rwlock, unsigned readers) {
  constexpr unsigned kReader = 1u << kBitsOfWriters;
  return __atomic_compare_exchange_n(&rwlock->__data.__readers, &readers, readers + kReader,
                                     /*weak=*/false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
inline bool ReadInPlace(pthread_rwlock_t* rwlock) {
  const unsigned readers = ReadersOf(rwlock);
  return IsOpenToReaders(readers) && ReadInPlace(rwlock, readers);
}

// Asks libc.  Called once, at the start.
void PrepareForPlainRwlocks();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_PLAIN_RWLOCK_H_
