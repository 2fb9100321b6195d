// One event on the cold path: who, what, where, and the stack it came with.
// The stack is captured on construction, before any lock of the engine is
// taken: unwinding may wait for the dynamic loader.

#ifndef LOCKDEP_INTERNAL_SCENE_H_
#define LOCKDEP_INTERNAL_SCENE_H_

#include <cstddef>

#include "lockdep/validator.h"

namespace lockdep {

struct Validator::Scene {
  static constexpr size_t kMaxFrames = 64;

  Scene(const Config& config, ThreadContext& actor, const CallSite& where)
      : thread(actor), site(where) {
    if (config.stacks != nullptr) frame_count = config.stacks->Capture(frames);
    // Frames inside the host's hooks are nobody's business.
    for (size_t i = 0; i < frame_count; ++i) {
      if (frames[i].pc == site.pcs[0]) first_frame = i;
    }
  }

  // A cycle that this event closed and that was told.
  struct ToldCycle {
    std::span<const ViolationEdge> edges;
    const ToldCycle* next;
  };

  bool IsOnToldCycle(ClassId id) const {
    for (const ToldCycle* cycle = told_cycles; cycle != nullptr; cycle = cycle->next) {
      for (const ViolationEdge& edge : cycle->edges) {
        if (edge.from == id) return true;
      }
    }
    return false;
  }

  std::span<const StackFrame> live() const {
    return {frames + first_frame, frame_count - first_frame};
  }

  ThreadContext& thread;
  CallSite site;
  const Acquisition* acquisition = nullptr;
  const LockClass* lock_class = nullptr;  // Of the lock that the event is about.
  LockUse use;                            // What the acquisition comes to.
  StackId live_stack = StackId::kNone;    // Kept once it was asked for.
  const ToldCycle* told_cycles = nullptr;
  size_t first_frame = 0;
  size_t frame_count = 0;
  StackFrame frames[kMaxFrames];
};

}  // namespace lockdep

#endif  // LOCKDEP_INTERNAL_SCENE_H_
