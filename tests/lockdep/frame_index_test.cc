#include "lockdep/internal/frame_index.h"

#include <dlfcn.h>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

// Two functions, of which no table says how to leave the second.
extern "C" const char FrameIndexTestWith[];
extern "C" const char FrameIndexTestWithout[];
asm(R"(
  .text
  .globl FrameIndexTestWith, FrameIndexTestWithout
FrameIndexTestWith:
  .cfi_startproc
  nop
  nop
  ret
  .cfi_endproc
FrameIndexTestWithout:
  nop
  nop
  ret
)");

const void* Table() {
  dl_find_object module;
  EXPECT_EQ(_dl_find_object(const_cast<char*>(FrameIndexTestWith), &module), 0);
  return module.dlfo_eh_frame;
}

bool MayHave(const char* code) {
  return MayHaveDescription(Table(), reinterpret_cast<uintptr_t>(code));
}

TEST(FrameIndexTest, CodeWithADescriptionHasOneUpToItsEnd) {
  EXPECT_TRUE(MayHave(FrameIndexTestWith));
  EXPECT_TRUE(MayHave(FrameIndexTestWith + 2));
  EXPECT_FALSE(MayHave(FrameIndexTestWith + 3));
}

TEST(FrameIndexTest, CodeWithoutOneHasNone) {
  EXPECT_FALSE(MayHave(FrameIndexTestWithout));
  EXPECT_FALSE(MayHave(FrameIndexTestWithout + 2));
  EXPECT_FALSE(MayHaveDescription(Table(), 0x1000)) << "before all code";
}

TEST(FrameIndexTest, OfATableInAnotherEncodingNothingIsSaid) {
  alignas(4) const unsigned char wide[16] = {1, 0x1b, 0x03, 0x3c};
  EXPECT_TRUE(MayHaveDescription(wide, 0x1000));
}

}  // namespace
}  // namespace lockdep::internal
