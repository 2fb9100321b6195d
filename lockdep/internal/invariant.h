// What the CheckInvariants functions call: an invariant that does not hold ends
// the test there and then.

#ifndef LOCKDEP_INTERNAL_INVARIANT_H_
#define LOCKDEP_INTERNAL_INVARIANT_H_

#include <cstdlib>

namespace lockdep::internal {

inline void Require(bool invariant) {
  if (!invariant) abort();
}

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_INVARIANT_H_
