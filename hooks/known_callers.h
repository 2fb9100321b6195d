// The walk over the callers of a hook: from one frame to the next where it is known that the
// function keeps a frame pointer.
//
// Invariants: those of caller.h.
//
// Thread safety: lock-free; used by the thread that owns the stack.  Calls nothing, for the
// hot path.

#ifndef LOCKDEP_HOOKS_KNOWN_CALLERS_H_
#define LOCKDEP_HOOKS_KNOWN_CALLERS_H_

#include <cstddef>
#include <cstdint>

#include "hooks/caller.h"
#include "hooks/thread_context.h"
#include "lockdep/call_site.h"

namespace lockdep::hooks {

inline uintptr_t ReadWord(uintptr_t address) {
  return *reinterpret_cast<const uintptr_t*>(address);
}

// A saved frame pointer and a return address.
inline constexpr size_t kFrameRecord = 2 * sizeof(uintptr_t);

inline bool IsAligned(uintptr_t frame) { return frame % sizeof(uintptr_t) == 0; }
inline bool IsOnStack(uintptr_t frame) {
  return IsOnOwnStack(frame, kFrameRecord) && IsAligned(frame);
}

// Writes the callers, ended by 0, and the outermost frame, as far as find(pc, frame) says of each
// function that it keeps a frame pointer.  Returns false if that was unknown of the last one.
template <typename Find>
__attribute__((always_inline)) inline bool WalkCallers(const Caller& caller, CallSite& site,
                                                       const Find& find) {
  using Answer = FramePointerTable::Answer;
  uintptr_t pc = caller.pc;
  uintptr_t frame = caller.frame;
  site.pcs[0] = pc;
  int count = 1;
  Answer answer = Answer::kKept;
#if defined(__x86_64__)
  const uintptr_t last = thread_slot.stack_high - kFrameRecord;
#pragma GCC unroll 4
  for (bool is_read = IsOnStack(frame); is_read && count < CallSite::kMaxFrames; ++count) {
    answer = find(pc, frame);
    if (answer != Answer::kKept) [[unlikely]]
      break;
    const uintptr_t next = ReadWord(frame);
    // Further out than what is on the stack.
    if (next <= frame || next > last || !IsAligned(next)) [[unlikely]]
      break;
    pc = ReadWord(next + sizeof(uintptr_t));
    if (pc == 0) [[unlikely]]
      break;
    site.pcs[count] = pc;
    frame = next;
  }
#endif
  if (count < CallSite::kMaxFrames) site.pcs[count] = 0;
  site.frame = frame;
  return answer != Answer::kUnknown;
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_KNOWN_CALLERS_H_
