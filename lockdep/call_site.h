// Where a lock was taken: cheap enough to note on every acquisition, because
// by the time a dependency is found the stack of the first lock is gone.

#ifndef LOCKDEP_CALL_SITE_H_
#define LOCKDEP_CALL_SITE_H_

#include <cstdint>

namespace lockdep {

struct CallSite {
  static constexpr int kMaxFrames = 5;

  // Return addresses, innermost first, ended by 0.  Usually only the first is
  // known; hosts add callers when the program keeps frame pointers, so that
  // `std::mutex::lock` compiled without inlining does not hide its caller.
  uintptr_t pcs[kMaxFrames] = {};

  // Stack address of the outermost noted frame.  Frames of a later stack that
  // lie above it were already active at this acquisition.
  uintptr_t frame = 0;
};

// One frame of a captured stack: return address and its stack pointer.
struct StackFrame {
  uintptr_t pc;
  uintptr_t sp;
};

}  // namespace lockdep

#endif  // LOCKDEP_CALL_SITE_H_
