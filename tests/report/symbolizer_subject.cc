#include "tests/report/symbolizer_subject.h"

namespace subject {
namespace {

Ledger hidden_ledger;

__attribute__((noinline)) uintptr_t ReturnAddress() {
  asm volatile("");
  return reinterpret_cast<uintptr_t>(__builtin_return_address(0));
}

__attribute__((always_inline)) inline void InnerFunction(CallPlace& place) {
  place.return_address = ReturnAddress(), place.inner_line = __LINE__;
}

__attribute__((always_inline)) inline void MiddleFunction(CallPlace& place) {
  InnerFunction(place), place.middle_line = __LINE__;
}

}  // namespace

__attribute__((noinline)) CallPlace OuterFunction(int bias) {
  CallPlace place;
  MiddleFunction(place), place.outer_line = __LINE__;
  hidden_ledger.second += bias;
  return place;
}

Ledger g_ledger;
const Ledger& HiddenLedger() { return hidden_ledger; }

}  // namespace subject
