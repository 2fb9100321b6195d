#include "mm_model/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MM_MODEL_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define MM_MODEL_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MM_MODEL_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define MM_MODEL_TSAN 1
#endif

#ifdef MM_MODEL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef MM_MODEL_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace mm_model {
namespace {

namespace context = boost::context;

// Room for the deepest kernel path, the engine's cold path and the unwinder.
constexpr size_t kStackSize = 256 * 1024;

[[maybe_unused]] const char* Bottom(const context::stack_context& stack) {
  return static_cast<const char*>(stack.sp) - stack.size;
}

// Stacks that wait to be used again.
class StackPool {
 public:
  ~StackPool() {
    for (context::stack_context& stack : free_) allocator_.deallocate(stack);
  }

  context::stack_context Take() {
    if (free_.empty()) return allocator_.allocate();
    context::stack_context stack = free_.back();
    free_.pop_back();
    return stack;
  }

  void GiveBack(context::stack_context& stack) {
#ifdef MM_MODEL_ASAN
    // An abandoned fiber leaves the red zones of its frames behind.
    ASAN_UNPOISON_MEMORY_REGION(Bottom(stack), stack.size);
#endif
    free_.push_back(stack);
  }

 private:
  context::protected_fixedsize_stack allocator_{kStackSize};
  std::vector<context::stack_context> free_;
};

StackPool& Pool() {
  thread_local StackPool pool;
  return pool;
}

}  // namespace

Fiber::Fiber(Entry entry, void* argument)
    : entry_(entry),
      argument_(argument),
      stack_(Pool().Take()),
      inside_(context::detail::make_fcontext(stack_.sp, stack_.size, &Fiber::Trampoline)) {
#ifdef MM_MODEL_TSAN
  tsan_inside_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
#ifdef MM_MODEL_TSAN
  __tsan_destroy_fiber(tsan_inside_);
#endif
  Pool().GiveBack(stack_);
}

void Fiber::Resume() {
#ifdef MM_MODEL_ASAN
  __sanitizer_start_switch_fiber(&fake_stack_outside_, Bottom(stack_), stack_.size);
#endif
#ifdef MM_MODEL_TSAN
  tsan_outside_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(tsan_inside_, 0);
#endif
  inside_ = context::detail::jump_fcontext(inside_, this).fctx;
#ifdef MM_MODEL_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_outside_, nullptr, nullptr);
#endif
}

void Fiber::Suspend() {
#ifdef MM_MODEL_ASAN
  // A fiber that ended has no use for its fake stack any more.
  __sanitizer_start_switch_fiber(ended_ ? nullptr : &fake_stack_inside_, outside_bottom_,
                                 outside_size_);
#endif
#ifdef MM_MODEL_TSAN
  __tsan_switch_to_fiber(tsan_outside_, 0);
#endif
  outside_ = context::detail::jump_fcontext(outside_, nullptr).fctx;
  Arrive();
}

// Every arrival in the fiber, the first one included.
void Fiber::Arrive() {
#ifdef MM_MODEL_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_inside_, &outside_bottom_, &outside_size_);
#endif
}

void Fiber::Trampoline(context::detail::transfer_t transfer) {
  MM_MODEL_STACK_ENDS_HERE();  // Nothing called this function.
  Fiber* const fiber = static_cast<Fiber*>(transfer.data);
  fiber->outside_ = transfer.fctx;
  fiber->Arrive();
  fiber->entry_(fiber->argument_);
  fiber->ended_ = true;
  fiber->Suspend();
}

}  // namespace mm_model
