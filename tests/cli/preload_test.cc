#include "lockdep/cli/preload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "lockdep/cli/hook_options.h"

namespace lockdep::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(PreloadListTest, OursStandsBeforeWhatWasThere) {
  EXPECT_EQ(PreloadList("", "/l/ours.so"), "/l/ours.so");
  EXPECT_EQ(PreloadList("/l/jemalloc.so", "/l/ours.so"), "/l/ours.so:/l/jemalloc.so");
}

TEST(PreloadListTest, BothSeparatorsOfTheLinkerAreUnderstood) {
  EXPECT_EQ(PreloadList("/l/a.so /l/b.so:/l/c.so", "/l/ours.so"),
            "/l/ours.so:/l/a.so:/l/b.so:/l/c.so");
}

TEST(PreloadListTest, ASanitizerRuntimeStaysFirst) {
  EXPECT_EQ(PreloadList("/l/a.so:/usr/lib/libasan.so.8", "/l/ours.so"),
            "/usr/lib/libasan.so.8:/l/ours.so:/l/a.so");
  EXPECT_EQ(PreloadList("libclang_rt.asan-x86_64.so", "/l/ours.so"),
            "libclang_rt.asan-x86_64.so:/l/ours.so");
}

TEST(PreloadListTest, ALibraryThatOnlySoundsLikeASanitizerDoesNot) {
  EXPECT_EQ(PreloadList("/l/libasanity.so", "/l/ours.so"), "/l/ours.so:/l/libasanity.so");
}

TEST(PreloadListTest, OursIsListedOnce) {
  EXPECT_EQ(PreloadList("/l/a.so:/l/ours.so", "/l/ours.so"), "/l/ours.so:/l/a.so");
}

class FindPreloadLibraryTest : public testing::Test {
 protected:
  ~FindPreloadLibraryTest() override { unsetenv("LOCKDEP_PRELOAD"); }
};

TEST_F(FindPreloadLibraryTest, TheEnvironmentDecidesAndTheResultIsAbsolute) {
  const auto here = std::filesystem::relative("/proc/self/exe");
  setenv("LOCKDEP_PRELOAD", here.c_str(), 1);

  const auto library = FindPreloadLibrary();

  ASSERT_TRUE(library.ok()) << library.status();
  EXPECT_EQ(library->front(), '/');
}

TEST_F(FindPreloadLibraryTest, AChosenLibraryThatIsNotThereIsAnError) {
  setenv("LOCKDEP_PRELOAD", "/nonexistent/l.so", 1);

  EXPECT_THAT(std::string(FindPreloadLibrary().status().message()),
              AllOf(HasSubstr("/nonexistent/l.so"), HasSubstr("LOCKDEP_PRELOAD")));
}

TEST(HookOptionsTest, TheLaterOfTwoWins) {
  HookOptions options;
  ASSERT_TRUE(options.Add("exitcode=7:verbosity=1", "first").ok());
  ASSERT_TRUE(options.Add("exitcode=9", "second").ok());

  EXPECT_EQ(options.values().exitcode, 9u);
  EXPECT_EQ(options.values().verbosity, 1u);
}

TEST(HookOptionsTest, TheLevelOfTheCommandLineWinsAndReachesTheProcesses) {
  HookOptions options;
  ASSERT_TRUE(options.Add("fail_on=note", "environment").ok());
  options.SetFailOn("never");

  EXPECT_EQ(options.fail_on(), "never");
  EXPECT_THAT(options.ToString("/d/%p"), HasSubstr("fail_on=never"));
}

TEST(HookOptionsTest, WhatTheProcessesGetMeansTheSameToThem) {
  HookOptions options;
  ASSERT_TRUE(options.Add("report=/tmp/r.json:exitcode=7", "environment").ok());

  Options parsed;
  OptionProblem problem;
  ASSERT_TRUE(ParseOptions(options.ToString("/a:b/%p.lockdep"), &parsed, &problem));
  EXPECT_STREQ(parsed.record.text, "/a:b/%p.lockdep");
  EXPECT_EQ(parsed.exitcode, 7u);
  EXPECT_TRUE(parsed.report.empty()) << "run reports, its processes do not";
}

TEST(HookOptionsTest, ARefusedTextNamesItsSourceAndANearOption) {
  HookOptions options;

  const absl::Status status = options.Add("fail_no=note", "LOCKDEP_OPTIONS");

  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("LOCKDEP_OPTIONS"), HasSubstr("did you mean 'fail_on'?")));
}

TEST(HookOptionsTest, ARefusedTextChangesNothing) {
  HookOptions options;

  ASSERT_FALSE(options.Add("exitcode=9:exitcode=banana", "--options").ok());

  EXPECT_EQ(options.values().exitcode, Options{}.exitcode);
  EXPECT_THAT(options.ToString("/r"), Not(HasSubstr("exitcode")));
}

}  // namespace
}  // namespace lockdep::cli
