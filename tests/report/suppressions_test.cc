#include "lockdep/report/suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lockdep/report/glob.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kToday[] = "2030-06-15";

std::vector<Suppression> Parsed(absl::string_view text) {
  auto parsed = ParseSuppressions(text, "s.txt");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *std::move(parsed) : std::vector<Suppression>();
}

std::string ErrorOf(absl::string_view text) {
  return std::string(ParseSuppressions(text, "s.txt").status().message());
}

Report OpenReport() {
  Report report = SampleReport();
  report.findings[0].suppressed_by.reset();
  return report;
}

// What suppresses the sample's finding; "" if nothing does.
std::string SuppressedBy(absl::string_view text) {
  Report report = OpenReport();
  Suppress(Parsed(text), kToday, &report);
  return report.findings[0].suppressed_by.value_or("");
}

TEST(GlobTest, AStarTakesAnythingAndAQuestionMarkOneByte) {
  EXPECT_TRUE(GlobMatches("a*c", "ac"));
  EXPECT_TRUE(GlobMatches("a*c", "abcbc"));
  EXPECT_FALSE(GlobMatches("a*c", "abcb"));
  EXPECT_TRUE(GlobMatches("*::f", "ns::C::f"));
  EXPECT_TRUE(GlobMatches("a?c", "abc"));
  EXPECT_FALSE(GlobMatches("a?c", "ac"));
  EXPECT_TRUE(GlobMatches("", ""));
  EXPECT_TRUE(GlobMatches("**", ""));
  EXPECT_FALSE(GlobMatches("", "a"));
}

TEST(GlobTest, BracketsAndBackslashesMeanThemselves) {
  EXPECT_TRUE(GlobMatches("operator[]", "operator[]"));
  EXPECT_FALSE(GlobMatches("[ab]", "a"));
  EXPECT_TRUE(GlobMatches("a\\*", "a\\b"));
}

TEST(GlobTest, ManyStarsAreNoTrouble) {
  EXPECT_FALSE(GlobMatches("*a*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

TEST(SuppressionsTest, EachFieldHoldsOrDoesNot) {
  for (const char* match :
       {"kind=lock-order-inversion", "kind=lock-*", "kind=deadlock kind=lock-order-inversion",
        "class=accounts", "class=g_bank*", "class=accounts class=audit", "function=transfer",
        "function=transfer(Account&)", "function=tran*", "module=bank", "module=/usr/bin/*",
        "kind=lock-order-inversion class=audit function=main module=bank"}) {
    EXPECT_EQ(SuppressedBy(absl::StrCat(match, " reason=\"so it is\"")), "s.txt:1: so it is")
        << match;
  }
  for (const char* other :
       {"kind=recursive-lock", "class=account", "class=accounts class=other", "function=transf",
        "function=transfer()", "module=libbank*", "kind=recursive-lock class=accounts"}) {
    EXPECT_EQ(SuppressedBy(absl::StrCat(other, " reason=x")), "") << other;
  }
}

TEST(SuppressionsTest, BothSidesOfAnInterruptionAreLookedAt) {
  Report report = OpenReport();
  Finding& finding = report.findings[0];
  finding.usages = {{.how = "used", .lock = "log", .stack = {{.function = "OnSignal(int)"}}},
                    {.how = "enabled", .lock = "bank", .stack = {{.function = "Deposit()"}}}};
  for (const char* line : {"function=OnSignal", "function=Deposit", "class=log", "class=bank"}) {
    finding.suppressed_by.reset();
    Suppress(Parsed(absl::StrCat(line, " reason=r")), kToday, &report);
    EXPECT_TRUE(finding.suppressed_by.has_value()) << line;
  }
}

TEST(SuppressionsTest, TheFirstThatMatchesIsNamedAndAllThatMatchAreUsed) {
  Report report = OpenReport();
  const auto suppressions = Parsed("class=accounts reason=one\nclass=audit reason=two\n");

  const SuppressionUse use = Suppress(suppressions, kToday, &report);

  EXPECT_EQ(report.findings[0].suppressed_by, "s.txt:1: one");
  EXPECT_THAT(use.unused, IsEmpty());
  EXPECT_THAT(use.expired, IsEmpty());
}

TEST(SuppressionsTest, WhatWasSuppressedBeforeKeepsItsReason) {
  Report report = SampleReport();

  Suppress(Parsed("class=accounts reason=mine"), kToday, &report);

  EXPECT_EQ(report.findings[0].suppressed_by, "ci/locks.baseline:7");
}

TEST(SuppressionsTest, TheUnusedAreTold) {
  Report report = OpenReport();
  const auto suppressions =
      Parsed("# old\n\nclass=gone reason=old\nclass=audit reason=x\ndeadlock:nowhere\n");

  EXPECT_THAT(Suppress(suppressions, kToday, &report).unused, ElementsAre(0));
  EXPECT_EQ(suppressions[0].place, "s.txt:3");
}

TEST(SuppressionsTest, OneCountsUpToItsLastDay) {
  EXPECT_NE(SuppressedBy("class=audit reason=x expires=2030-06-15"), "");
  EXPECT_EQ(SuppressedBy("class=audit reason=x expires=2030-06-14"), "");

  Report report = OpenReport();
  const SuppressionUse use =
      Suppress(Parsed("class=audit reason=x expires=2030-06-14"), kToday, &report);
  EXPECT_THAT(use.expired, ElementsAre(0));
  EXPECT_THAT(use.unused, IsEmpty());
}

TEST(SuppressionsTest, ThreadSanitizersLinesAreUnderstood) {
  EXPECT_EQ(SuppressedBy("# by design\ndeadlock:ransf\n"), "s.txt:2: by design");
  EXPECT_EQ(SuppressedBy("deadlock:^transfer(*)$\n"), "s.txt:1: ThreadSanitizer suppression");
  EXPECT_NE(SuppressedBy("deadlock:bank.cc\n"), "") << "a source file";
  EXPECT_NE(SuppressedBy("deadlock:/usr/bin/bank\n"), "") << "a module";
  EXPECT_EQ(SuppressedBy("deadlock:^ransf\n"), "");
  EXPECT_EQ(SuppressedBy("deadlock:transf$\n"), "");
  EXPECT_EQ(SuppressedBy("mutex:transfer\n"), "") << "of another kind";
  EXPECT_THAT(Parsed("race:foo\nsignal:x\nthread:y\ncalled_from_lib:z\nrace_top:t\n"), IsEmpty());
}

TEST(SuppressionsTest, AReasonIsOfOneLineAndBeItSkipped) {
  EXPECT_EQ(Parsed("# about races\nrace:x\ndeadlock:y\n").at(0).reason,
            "ThreadSanitizer suppression");
}

TEST(SuppressionsTest, AReasonOfAnotherLineIsNotTaken) {
  EXPECT_EQ(SuppressedBy("# far away\n\ndeadlock:transfer\n"),
            "s.txt:3: ThreadSanitizer suppression");
}

TEST(SuppressionsTest, WhatIsWrongIsToldWithItsLine) {
  EXPECT_THAT(ErrorOf("# x\nclass=a\n"), AllOf(HasSubstr("s.txt:2: "), HasSubstr("no reason")));
  EXPECT_THAT(ErrorOf("reason=x"), HasSubstr("suppress everything"));
  EXPECT_THAT(ErrorOf("kind=* class=** reason=x"), HasSubstr("suppress everything"));
  EXPECT_THAT(ErrorOf("class=a lib=b reason=x"), HasSubstr("unknown field 'lib'"));
  EXPECT_THAT(ErrorOf("class=a reason=x reason=y"), HasSubstr("second field 'reason'"));
  EXPECT_THAT(ErrorOf("class= reason=x"), HasSubstr("empty field 'class'"));
  EXPECT_THAT(ErrorOf("accounts reason=x"), HasSubstr("stray word 'accounts'"));
  EXPECT_THAT(ErrorOf("kind=lock-order reason=x"), HasSubstr("no kind of finding 'lock-order'"));
  EXPECT_THAT(ErrorOf("\"a\\n\\x1b\" reason=x"), HasSubstr("stray word 'a\\x0a\\x1b'"));
  EXPECT_THAT(ErrorOf("class=a reason=x expires=2030-02-30"), HasSubstr("no such date"));
  EXPECT_THAT(ErrorOf("class=\"a reason=x"), HasSubstr("quote without end"));
  EXPECT_THAT(ErrorOf("<<<<<<< HEAD\n"), HasSubstr("unfinished merge"));
  EXPECT_THAT(ErrorOf("deadlock:\n"), HasSubstr("no pattern"));
}

}  // namespace
}  // namespace lockdep::report
