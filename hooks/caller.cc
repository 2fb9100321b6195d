#include "hooks/caller.h"

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

using Answer = FramePointerTable::Answer;

uintptr_t ReadWord(uintptr_t address) { return *reinterpret_cast<const uintptr_t*>(address); }

// Room for a saved frame pointer and a return address.
bool IsOnStack(uintptr_t frame) {
  return IsOnOwnStack(frame, 2 * sizeof(uintptr_t)) && frame % sizeof(uintptr_t) == 0;
}

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

#if defined(__x86_64__)
bool KeepsFramePointer(uintptr_t pc, uintptr_t frame) {
  Answer answer = frame_pointers.Find(pc);
  if (answer == Answer::kUnknown) [[unlikely]] {
    LearnFramePointers(pc, frame);
    answer = frame_pointers.Find(pc);
  }
  return answer == Answer::kKept;
}
#endif

}  // namespace

CallSite NoteCallers(const Caller& caller) {
  CallSite site;
  site.pcs[0] = caller.pc;
  site.frame = caller.frame;
#if defined(__x86_64__)
  if (!IsOnStack(caller.frame)) [[unlikely]]
    return site;
  for (int i = 1; i < CallSite::kMaxFrames; ++i) {
    if (!KeepsFramePointer(site.pcs[i - 1], site.frame)) break;
    const uintptr_t next = ReadWord(site.frame);
    if (next <= site.frame || !IsOnStack(next)) [[unlikely]]
      break;
    const uintptr_t pc = ReadWord(next + sizeof(uintptr_t));
    if (pc == 0) break;
    site.pcs[i] = pc;
    site.frame = next;
  }
#endif
  return site;
}

}  // namespace lockdep::hooks
