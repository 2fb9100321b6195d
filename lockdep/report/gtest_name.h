// Which GoogleTest test a place belongs to, told by the stack: the body of a test is
// a function of a class that is named after it.  Threads that a test starts have a
// stack of their own, which does not say it.
//
// Source: gtest/internal/gtest-internal.h, GTEST_TEST_CLASS_NAME_.
// Thread safety: pure functions.

#ifndef LOCKDEP_REPORT_GTEST_NAME_H_
#define LOCKDEP_REPORT_GTEST_NAME_H_

#include <string>
#include <vector>

#include "lockdep/report/report.h"

namespace lockdep::report {

// "Suite.Name", as --gtest_filter takes it (a parameter is not known); empty if none.
std::string TestOf(const Stack& stack);

// Those of all stacks of a finding, sorted, each once.
std::vector<std::string> TestsOf(const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_GTEST_NAME_H_
