// A fiber: a function with a stack of its own that runs until it suspends
// itself.  The model's tasks are fibers, so that one thread of the host runs
// them all and a schedule is nothing but the order in which they are resumed.
//
// A fiber that is destroyed before it ended is abandoned: destructors on its
// stack never run.  Code that runs on fibers owns nothing there; what it needs
// to keep comes from the Machine's memory.
//
// The sanitizers are told of every switch.  Stacks have a guard page and are
// used again; a switch costs some ten nanoseconds.
//
// Thread safety: a fiber is created, resumed and destroyed by one thread.

#ifndef MM_MODEL_FIBER_H_
#define MM_MODEL_FIBER_H_

#include <boost/context/detail/fcontext.hpp>
#include <boost/context/stack_context.hpp>

namespace mm_model {

// In a function that an unwinder takes for the outermost of its stack.
#if defined(__x86_64__)
#define MM_MODEL_STACK_ENDS_HERE() __asm__ volatile(".cfi_undefined rip")
#else
#define MM_MODEL_STACK_ENDS_HERE() static_cast<void>(0)
#endif

class Fiber {
 public:
  using Entry = void (*)(void* argument);

  // `entry` runs on the first Resume.  It may return; the fiber has ended then.
  Fiber(Entry entry, void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs the fiber until it suspends itself or ends.
  // REQUIRES: !ended(), and the caller is not this fiber.
  void Resume();

  // Goes back to whoever resumed it.  REQUIRES: the caller is this fiber.
  void Suspend();

  bool ended() const { return ended_; }

 private:
  static void Trampoline(boost::context::detail::transfer_t transfer);
  void Arrive();

  const Entry entry_;
  void* const argument_;
  boost::context::stack_context stack_;
  boost::context::detail::fcontext_t inside_;             // Where to go on in the fiber.
  boost::context::detail::fcontext_t outside_ = nullptr;  // Where its resumer waits.
  bool ended_ = false;

  // For the sanitizers, which only some builds have.
  [[maybe_unused]] void* fake_stack_inside_ = nullptr;
  [[maybe_unused]] void* fake_stack_outside_ = nullptr;
  [[maybe_unused]] const void* outside_bottom_ = nullptr;
  [[maybe_unused]] size_t outside_size_ = 0;
  [[maybe_unused]] void* tsan_inside_ = nullptr;
  [[maybe_unused]] void* tsan_outside_ = nullptr;
};

}  // namespace mm_model

#endif  // MM_MODEL_FIBER_H_
