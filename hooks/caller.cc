#include "hooks/caller.h"

#include "hooks/known_callers.h"
#include "hooks/static_modules.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {
constinit FramePointerTable frame_pointers;

void FramePointerTable::Insert(uintptr_t pc, bool is_kept) {
  for (unsigned probe = 0; probe < kProbes; ++probe) {
    uint64_t expected = 0;
    std::atomic<uint64_t>& entry = entries_[Index(pc, probe)];
    if (entry.compare_exchange_strong(expected, pc << 1 | static_cast<uint64_t>(is_kept),
                                      std::memory_order_relaxed) ||
        expected >> 1 == pc) {
      return;
    }
  }
}

void FramePointerTable::ForgetUnloaded() {
  for (std::atomic<uint64_t>& entry : entries_) {
    const uint64_t known = entry.load(std::memory_order_relaxed);
    if (known >> 1 != 0 && !IsStatic(reinterpret_cast<void*>(known >> 1))) {
      entry.store(kForgotten, std::memory_order_relaxed);
    }
  }
}

namespace {

// Compares what the unwind tables say of the stack from `frame` outwards with
// what a walk over frame pointers would find there, function by function.
__attribute__((noinline)) void LearnFramePointers(uintptr_t pc, uintptr_t frame) {
  StackFrame frames[64];
  NativeStack stacks;
  const size_t count = stacks.Capture(frames);
  size_t i = 0;
  while (i < count && (frames[i].pc != pc || frames[i].sp != frame + 2 * sizeof(uintptr_t))) ++i;
  if (i == count) return frame_pointers.Insert(pc, /*is_kept=*/false);
  for (; i + 1 < count; ++i) {
    const uintptr_t next = ReadWord(frame);
    const bool is_kept =
        IsOnStack(next) && frames[i + 1].sp == next + 2 * sizeof(uintptr_t) && next > frame;
    frame_pointers.Insert(frames[i].pc, is_kept);
    if (!is_kept) return;
    frame = next;
  }
  frame_pointers.Insert(frames[i].pc, /*is_kept=*/false);
}

using Answer = FramePointerTable::Answer;

}  // namespace

CallSite NoteCallers(const Caller& caller) {
  CallSite site;
  WalkCallers(caller, site, [](uintptr_t pc, uintptr_t frame) {
    const Answer answer = frame_pointers.Find(pc);
    if (answer != Answer::kUnknown) [[likely]]
      return answer;
    LearnFramePointers(pc, frame);
    return frame_pointers.Find(pc);
  });
  return site;
}

}  // namespace lockdep::hooks
