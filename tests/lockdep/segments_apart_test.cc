// This program's code does not follow its other segments, as in executables that
// are laid out for large pages: see CMakeLists.txt.

#include <dlfcn.h>

#include "gtest/gtest.h"
#include "lockdep/native_stack.h"

extern "C" const char __executable_start[];

namespace lockdep {
namespace {

[[gnu::noinline]] size_t Capture(std::span<StackFrame> frames) {
  NativeStack stack;
  const size_t count = stack.Capture(frames);
  asm volatile("");  // Not a tail call.
  return count;
}

TEST(SegmentsApartTest, StacksLeadThroughSuchAnExecutable) {
  dl_find_object module;
  ASSERT_EQ(_dl_find_object(reinterpret_cast<void*>(&Capture), &module), 0);
  ASSERT_NE(module.dlfo_map_start, static_cast<const void*>(__executable_start));
  StackFrame frames[64];

  const size_t count = Capture(frames);

  EXPECT_GT(count, 5u) << "more than this file: the frames of GoogleTest and of main";
}

}  // namespace
}  // namespace lockdep
