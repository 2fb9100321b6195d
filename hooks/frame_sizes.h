// Stacks for the price of a few reads: how far it is from the frame of a
// function to that of its caller is asked of the unwind tables once for each
// return address, and remembered.  A function that changes the size of its
// frame while it runs (alloca) may lead the walk astray, so that it is used only
// to tell places in the program apart, never to word a finding.
//
// Invariants: (1) the walk reads nothing outside the thread's stack bounds;
// (2) it only moves towards the stack's origin.
//
// Limits: 65536 return addresses are remembered; a walk ends at the others.
// Thread safety: lock-free; a walk is for the thread that owns the stack.

#ifndef LOCKDEP_HOOKS_FRAME_SIZES_H_
#define LOCKDEP_HOOKS_FRAME_SIZES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "hooks/caller.h"

namespace lockdep::hooks {

struct WalkedFrame {
  uintptr_t pc;   // Return address into the function.
  uintptr_t low;  // Its frame is [low, the next frame's low).
};

// Fills `frames`, innermost first, beginning with the caller of the hook;
// returns how many.
size_t WalkFrames(const Caller& caller, std::span<WalkedFrame> frames);

// Where the function that called the hook from `pc` keeps its own return
// address, counted from `Caller::frame`; 0 if that is not known.
size_t ReturnSlotOf(uintptr_t pc);

// Asks the unwind tables about the functions that are active now.
void LearnFrames(const Caller& caller);

// Forgets the functions of which nothing is loaded any more.
void ForgetUnloadedFrames();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_FRAME_SIZES_H_
