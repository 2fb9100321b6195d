// The watched mutexes of lockdep/cxx.h as columns of the matrix: pthread's kinds.

#ifndef TESTS_SELFTEST_CXX_LOCK_KINDS_H_
#define TESTS_SELFTEST_CXX_LOCK_KINDS_H_

#include <vector>

#include "tests/selftest/lock_kinds.h"

namespace lockdep {

const std::vector<lock_kind>& CxxLockKinds();

}  // namespace lockdep

#endif  // TESTS_SELFTEST_CXX_LOCK_KINDS_H_
