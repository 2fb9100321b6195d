#include "lockdep/report/finding_site.h"

#include <gtest/gtest.h>

namespace lockdep::report {
namespace {

Frame Symbolised(const std::string& function, const std::string& file) {
  return {.function = function, .file = file, .line = 7, .module = "/lib/" + function};
}

// A frame of a program that was stripped.
Frame Stripped(uint64_t offset) { return {.module = "/bin/bank", .offset = offset}; }

TEST(FindingSiteTest, AFrameWithItsSourceIsTheSource) {
  const Frame inner = Symbolised("transfer", "bank.cc");

  EXPECT_EQ(WithSource(inner, {inner, Symbolised("main", "main.cc")}), inner);
}

TEST(FindingSiteTest, ACallerLendsItsSource) {
  const Frame caller = Symbolised("main", "main.cc");

  EXPECT_EQ(WithSource(Stripped(1), {Stripped(1), caller}), caller);
}

TEST(FindingSiteTest, HowAThreadStartsIsNobodysSource) {
  const Stack stack = {Stripped(1), Stripped(2), Symbolised("start_thread", "pthread_create.c"),
                       Symbolised("clone3", "clone3.S")};

  EXPECT_EQ(WithSource(stack[0], stack), stack[0]);
}

TEST(FindingSiteTest, AFrameInWords) {
  EXPECT_EQ(FrameText(Symbolised("transfer", "src/bank.cc")), "transfer (bank.cc:7)");
  EXPECT_EQ(FrameText(Stripped(0x1a)), "bank+0x1a");
  EXPECT_EQ(FrameText({}), "");
}

}  // namespace
}  // namespace lockdep::report
