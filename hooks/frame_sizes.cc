#include "hooks/frame_sizes.h"

#include <atomic>
#include <iterator>

#include "hooks/static_modules.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {
namespace {

// A saved frame pointer and a return address stand between a hook's frame and
// the frame of its caller.
constexpr size_t kLinkSize = 2 * sizeof(uintptr_t);

// In place of a size: nothing tells what lies further out.
constexpr size_t kEndOfWalk = 0;

// Return address -> size of the frame, in words and plus one: the address
// shifted left by kSizeBits and the size below it.
class SizeTable {
 public:
  static constexpr size_t kUnknown = SIZE_MAX;

  size_t Find(uintptr_t pc) const {
    for (size_t probe = 0; probe < kProbes; ++probe) {
      // Relaxed: an entry stands for itself.
      const uint64_t entry = entries_[Index(pc, probe)].load(std::memory_order_relaxed);
      if (entry >> kSizeBits == pc) return (entry & kLargest) * sizeof(uintptr_t);
      if (entry == 0) break;
    }
    return kUnknown;
  }

  void Insert(uintptr_t pc, size_t size) {
    const size_t words = size / sizeof(uintptr_t);
    if (words > kLargest || pc >> (64 - kSizeBits) != 0) return;
    for (size_t probe = 0; probe < kProbes; ++probe) {
      uint64_t found = 0;
      std::atomic<uint64_t>& entry = entries_[Index(pc, probe)];
      if (entry.compare_exchange_strong(found, pc << kSizeBits | words,
                                        std::memory_order_relaxed) ||
          found >> kSizeBits == pc) {
        return;
      }
    }
  }

  void ForgetUnloaded() {
    for (std::atomic<uint64_t>& entry : entries_) {
      const uint64_t known = entry.load(std::memory_order_relaxed);
      if (known >> kSizeBits != 0 && !IsStatic(reinterpret_cast<void*>(known >> kSizeBits))) {
        entry.store(kForgotten, std::memory_order_relaxed);
      }
    }
  }

 private:
  // Of no function; what was put behind it is still found.
  static constexpr uint64_t kForgotten = 1;
  static constexpr unsigned kBits = 16;
  static constexpr size_t kProbes = 16;
  static constexpr unsigned kSizeBits = 17;  // A code address has 47.
  static constexpr size_t kLargest = (size_t{1} << kSizeBits) - 1;

  static size_t Index(uintptr_t pc, size_t probe) {
    return ((pc * 0x9e3779b97f4a7c15u >> (64 - kBits)) + probe) & ((size_t{1} << kBits) - 1);
  }

  std::atomic<uint64_t> entries_[size_t{1} << kBits] = {};
};

constinit SizeTable sizes;

}  // namespace

__attribute__((noinline)) void LearnFrames(const Caller& caller) {
  StackFrame frames[64];
  NativeStack stacks;
  const size_t count = stacks.Capture(frames);
  size_t i = 0;
  while (i < count && (frames[i].pc != caller.pc || frames[i].sp != caller.frame + kLinkSize)) ++i;
  if (i == count) return sizes.Insert(caller.pc, kEndOfWalk);
  for (; i + 1 < count; ++i) sizes.Insert(frames[i].pc, frames[i + 1].sp - frames[i].sp);
  if (count < std::size(frames)) sizes.Insert(frames[i].pc, kEndOfWalk);
}

void ForgetUnloadedFrames() { sizes.ForgetUnloaded(); }

size_t WalkFrames(const Caller& caller, std::span<WalkedFrame> frames) {
  size_t count = 0;
  bool has_learnt = false;
  WalkedFrame next = {caller.pc, caller.frame + kLinkSize};
  while (count < frames.size() && next.pc != 0) {
    frames[count++] = next;
    size_t size = sizes.Find(next.pc);
    if (size == SizeTable::kUnknown && !has_learnt) {
      LearnFrames(caller);
      has_learnt = true;
      size = sizes.Find(next.pc);
    }
    const uintptr_t slot = next.low + size - sizeof(uintptr_t);
    if (size == SizeTable::kUnknown || size == kEndOfWalk ||
        !IsOnOwnStack(slot, sizeof(uintptr_t))) {
      break;
    }
    next = {*reinterpret_cast<const uintptr_t*>(slot), next.low + size};
  }
  return count;
}

size_t ReturnSlotOf(uintptr_t pc) {
  const size_t size = sizes.Find(pc);
  if (size == SizeTable::kUnknown || size == kEndOfWalk) return 0;
  return kLinkSize + size - sizeof(uintptr_t);
}

}  // namespace lockdep::hooks
