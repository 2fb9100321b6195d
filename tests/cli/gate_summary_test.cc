#include "lockdep/cli/gate_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"

namespace lockdep::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A report with `count` findings that an empty baseline does not know.
report::Report FreshReport(size_t count) {
  report::Report report;
  for (size_t i = 0; i < count; ++i) {
    report.findings.push_back({.fingerprint = absl::StrFormat("%016x", i),
                               .kind = "lock-order-inversion",
                               .level = "feasible",
                               .title = absl::StrFormat("title %d", i)});
  }
  return report;
}

std::string SummaryOf(const report::Report& report, const report::Baseline& baseline = {},
                      bool is_complete = true) {
  std::vector<size_t> all(report.findings.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  return GateSummary(baseline, report, report::Compare(baseline, report, all, "2030-01-01"),
                     is_complete);
}

long LinesIn(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST(GateSummaryTest, NothingIsOneLine) {
  EXPECT_EQ(SummaryOf({}), "lockdep gate: pass: 0 new, 0 expired, 0 known, 0 stale\n");
}

TEST(GateSummaryTest, WhatWasNotReadToItsEndIsNoPass) {
  EXPECT_THAT(SummaryOf({}, {}, /*is_complete=*/false),
              StartsWith("lockdep gate: INCOMPLETE: 0 new"));
  EXPECT_THAT(SummaryOf(FreshReport(1), {}, /*is_complete=*/false),
              StartsWith("lockdep gate: FAIL: 1 new"));
}

TEST(GateSummaryTest, TenLinesAreEnoughForAnything) {
  EXPECT_EQ(LinesIn(SummaryOf(FreshReport(8))), 10);
  EXPECT_THAT(SummaryOf(FreshReport(8)), AllOf(HasSubstr("title 7"), Not(HasSubstr("more;"))));
  const std::string many = SummaryOf(FreshReport(500));
  EXPECT_EQ(LinesIn(many), 10);
  EXPECT_THAT(many, AllOf(StartsWith("lockdep gate: FAIL: 500 new"), HasSubstr("title 6"),
                          Not(HasSubstr("title 7,")), HasSubstr("and 493 more")));
}

TEST(GateSummaryTest, WhatIsTooMildToCountIsMentioned) {
  report::Report report = FreshReport(500);
  std::vector<size_t> most(498);
  for (size_t i = 0; i < most.size(); ++i) most[i] = i;
  const auto summary_of = [&](const std::vector<size_t>& relevant) {
    return GateSummary({}, report, report::Compare({}, report, relevant, "2030-01-01"),
                       /*is_complete=*/true);
  };

  EXPECT_THAT(summary_of({}), AllOf(StartsWith("lockdep gate: pass: 0 new"),
                                    HasSubstr("milder   500 below --fail-on")));
  EXPECT_THAT(summary_of(most), HasSubstr("milder   2 below --fail-on"));
  EXPECT_EQ(LinesIn(summary_of(most)), 10);
  EXPECT_THAT(SummaryOf(report), Not(HasSubstr("milder")));
}

TEST(GateSummaryTest, NamesAreInertAndLinesAreNotEndless) {
  report::Report report = FreshReport(1);
  report.findings[0].title = "a\n\033[31m" + std::string(5000, 'x');

  const std::string summary = SummaryOf(report);

  EXPECT_EQ(LinesIn(summary), 3);
  EXPECT_THAT(summary, AllOf(HasSubstr("a\\x0a\\x1b[31m"), Not(HasSubstr("\033"))));
  EXPECT_LT(summary.size(), 1000u);
}

TEST(GateSummaryTest, AStaleEntryIsNamed) {
  report::Baseline baseline;
  baseline.entries = {
      {.fingerprint = "00000000000000ff", .kind = "recursive-lock", .reason = "old"}};

  EXPECT_THAT(SummaryOf({}, baseline), HasSubstr("stale    00000000000000ff"));
}

}  // namespace
}  // namespace lockdep::cli
