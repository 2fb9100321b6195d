// Code and data of known names, for the symboliser's tests.

#ifndef LOCKDEP_TESTS_REPORT_SYMBOLIZER_SUBJECT_H_
#define LOCKDEP_TESTS_REPORT_SYMBOLIZER_SUBJECT_H_

#include <cstdint>

namespace subject {

// A call that stands in an inlined function, inlined into another one.
struct CallPlace {
  uintptr_t return_address;
  int inner_line;
  int middle_line;
  int outer_line;
};
CallPlace OuterFunction(int bias);

struct Ledger {
  int first[4];
  int second;
};
extern Ledger g_ledger;
const Ledger& HiddenLedger();  // (anonymous namespace)::hidden_ledger

}  // namespace subject

#endif  // LOCKDEP_TESTS_REPORT_SYMBOLIZER_SUBJECT_H_
