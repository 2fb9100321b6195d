// Where a hook was called from, and who called that: up to four callers where
// the code keeps frame pointers, because without optimisation `std::mutex::lock`
// and `std::lock_guard` stand between the hook and the code that says something.
//
// Whether the function around a return address keeps a frame pointer is asked
// of its unwind tables once, in the cold path, and remembered; so the walk
// reads only frames that are there.
//
// Invariants: (1) the walk reads nothing outside the thread's stack bounds;
// (2) it only moves towards the stack's origin.
//
// Limits: 8192 return addresses are remembered; behind the others no callers
// are noted.  Elsewhere than on x86-64 the call site alone is.
// Thread safety: lock-free; used by the thread that owns the stack.
// Cost: one probe of a table for each noted frame.

#ifndef LOCKDEP_HOOKS_CALLER_H_
#define LOCKDEP_HOOKS_CALLER_H_

#include <atomic>
#include <cstdint>

#include "lockdep/call_site.h"

namespace lockdep::hooks {

// The return address and the frame of an interposed function.
struct Caller {
  uintptr_t pc = 0;
  uintptr_t frame = 0;
};

// To be used in the body of an interposed function, not in a helper of it.
#define LOCKDEP_HOOK_CALLER()                                   \
  ::lockdep::hooks::Caller {                                    \
    reinterpret_cast<uintptr_t>(__builtin_return_address(0)),   \
        reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) \
  }

// Return address -> whether its function keeps a frame pointer.  An entry is
// the address shifted left, and the answer in the lowest bit.
class FramePointerTable {
 public:
  enum class Answer : uint8_t { kUnknown, kKept, kNotKept };

  Answer Find(uintptr_t pc) const {
    for (unsigned probe = 0; probe < kProbes; ++probe) {
      // Relaxed: an entry stands for itself.
      const uint64_t entry = entries_[Index(pc, probe)].load(std::memory_order_relaxed);
      if (entry >> 1 == pc) return (entry & 1) != 0 ? Answer::kKept : Answer::kNotKept;
      if (entry == 0) return Answer::kUnknown;
    }
    return Answer::kNotKept;  // No room to remember it.
  }

  // The same with the first probe alone; what another one would tell is unknown.
  Answer FindAtOnce(uintptr_t pc) const {
    const uint64_t entry = entries_[Index(pc, 0)].load(std::memory_order_relaxed);
    const uint64_t answer = entry - (pc << 1);
    if (answer == 1) [[likely]]
      return Answer::kKept;
    return answer == 0 ? Answer::kNotKept : Answer::kUnknown;
  }

  void Insert(uintptr_t pc, bool is_kept);
  // Those of which nothing is loaded any more.
  void ForgetUnloaded();

 private:
  // Of no function; what was put behind it is still found.
  static constexpr uint64_t kForgotten = 1;
  static constexpr unsigned kBits = 13;
  static constexpr unsigned kProbes = 8;

  static unsigned Index(uintptr_t pc, unsigned probe) {
    const auto first = static_cast<unsigned>(pc * 0x9e3779b97f4a7c15u >> (64 - kBits));
    return probe == 0 ? first : (first + probe) & ((1u << kBits) - 1);
  }

  std::atomic<uint64_t> entries_[1u << kBits] = {};
};

extern constinit FramePointerTable frame_pointers;

// As NoteCallSite, where there may be callers to note.
CallSite NoteCallers(const Caller& caller);

// Written as one aggregate: the engine copies it at once, and a copy that
// spans several smaller stores would have to wait for them.
inline CallSite NoteCallSite(const Caller& caller) {
  if (frame_pointers.Find(caller.pc) == FramePointerTable::Answer::kNotKept) [[likely]] {
    return CallSite{{caller.pc, 0, 0, 0, 0}, caller.frame};
  }
  return NoteCallers(caller);
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_CALLER_H_
