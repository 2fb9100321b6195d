// The StackSource of a host that runs on ordinary stacks: LLVM's libunwind,
// linked statically, so that nothing of it is visible to the program.
//
// Cost: a microsecond or so a frame; cold path only.  Allocates nothing.
// Thread safety: stateless.

#ifndef LOCKDEP_NATIVE_STACK_H_
#define LOCKDEP_NATIVE_STACK_H_

#include "lockdep/runtime.h"

namespace lockdep {

class NativeStack final : public StackSource {
 public:
  size_t Capture(std::span<StackFrame> frames) override;
};

// The call site of the function that uses it: its caller's address and frame.
#define LOCKDEP_CALL_SITE()                                                 \
  ::lockdep::CallSite {                                                     \
    {reinterpret_cast<uintptr_t>(__builtin_return_address(0)), 0, 0, 0, 0}, \
        reinterpret_cast<uintptr_t>(__builtin_frame_address(0))             \
  }

}  // namespace lockdep

#endif  // LOCKDEP_NATIVE_STACK_H_
