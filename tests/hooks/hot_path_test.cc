// What a program takes again and again is as right as what it takes for the first time: who
// called is told, and another library that interposes misses nothing.

#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CallersTest : public testing::TestWithParam<const char*> {};

TEST_P(CallersTest, AreThoseOfThisTime) {
  const ProgramRun run = RunProgram({"callers", GetParam()}, {PreloadVariable()});

  EXPECT_EQ(run.output, "ok\n");
  EXPECT_EQ(run.exit_code, 66);
  EXPECT_THAT(run.errors, HasSubstr("lock-order-inversion"));
  EXPECT_THAT(run.errors, HasSubstr("other_caller"));
  EXPECT_THAT(run.errors, Not(HasSubstr("usual_caller")));
}

INSTANTIATE_TEST_SUITE_P(HotPath, CallersTest,
                         testing::Values("of_lock", "of_trylock", "of_read_lock", "of_write_lock"),
                         [](const auto& name) { return name.param; });

struct Counted {
  const char* locks;
  const char* counts;
};

void PrintTo(const Counted& counted, std::ostream* out) { *out << counted.locks; }

class BehindUsTest : public testing::TestWithParam<Counted> {};

TEST_P(BehindUsTest, EveryCallReachesALibraryThatInterposesToo) {
  const Arguments arguments = {"counted", GetParam().locks};
  const std::string library = ProgramPath("libcounting.so");
  const ProgramRun alone = RunProgram(arguments, {"LD_PRELOAD=" + library});
  const ProgramRun watched = RunProgram(arguments, {PreloadVariable() + ":" + library});

  EXPECT_EQ(alone.output, GetParam().counts);
  EXPECT_EQ(watched.output, GetParam().counts);
  EXPECT_EQ(watched.errors, "");
}

INSTANTIATE_TEST_SUITE_P(HotPath, BehindUsTest,
                         testing::Values(Counted{"mutex", "100 taken, 100 released\n"},
                                         Counted{"rwlock", "200 taken, 200 released\n"}),
                         [](const auto& counted) { return counted.param.locks; });

}  // namespace
}  // namespace lockdep::hooks
