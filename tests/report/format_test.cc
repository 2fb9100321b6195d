#include "lockdep/report/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "lockdep/report/rule_help.h"
#include "lockdep/report/source_path.h"
#include "lockdep/violation.h"
#include "tests/report/hostile_report.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string NameOf(const std::string& path) {
  const absl::StatusOr<const Format*> format = FormatOf(path);
  return format.ok() ? std::string((*format)->name) : "none";
}

TEST(FormatTest, TheExtensionTellsTheFormat) {
  EXPECT_EQ(NameOf("a/b.html"), "html");
  EXPECT_EQ(NameOf("b.json"), "json");
  EXPECT_EQ(NameOf("b.txt"), "text");
  EXPECT_EQ(NameOf("b.sarif"), "sarif");
  EXPECT_EQ(NameOf("b.xml"), "junit");
  EXPECT_EQ(NameOf("b.md"), "markdown");
  EXPECT_EQ(NameOf("b.gv"), "dot");
  EXPECT_EQ(NameOf("b.graphml"), "graphml");
}

TEST(FormatTest, AnUnknownExtensionIsRefusedNamingTheKnownOnes) {
  EXPECT_THAT(std::string(FormatOf("a.pdf").status().message()),
              AllOf(HasSubstr("a.pdf"), HasSubstr("'.pdf'"), HasSubstr(".txt, .html, .json")));
  EXPECT_THAT(std::string(FormatOf("a.html/report").status().message()), HasSubstr("no extension"));
}

TEST(FormatTest, EveryNameAndEveryExtensionIsThereOnce) {
  std::set<std::string> names, extensions;
  for (const Format& format : Formats()) {
    EXPECT_TRUE(names.emplace(format.name).second) << format.name;
    EXPECT_EQ(FormatNamed(format.name), &format);
    for (const absl::string_view extension : format.extensions) {
      if (extension.empty()) continue;
      EXPECT_TRUE(extensions.emplace(extension).second) << extension;
    }
  }
  EXPECT_EQ(FormatNamed("pdf"), nullptr);
}

TEST(FormatTest, NoFormatLetsANameAct) {
  const Report report = ReportFullOf(HostileName() + "\xff\x01");
  for (const Format& format : Formats()) {
    const std::string text = format.render(report, {});
    for (const char* active : {"\033", "\r", "\t\u202e", "\u202e", "\x7f", "\xff", "\x01"}) {
      EXPECT_THAT(text, Not(HasSubstr(active))) << format.name;
    }
    EXPECT_EQ(text.find('\0'), text.npos) << format.name;
  }
}

TEST(FormatTest, TheSameReportGivesTheSameBytes) {
  for (const Format& format : Formats()) {
    EXPECT_EQ(format.render(SampleReport(), {}), format.render(SampleReport(), {})) << format.name;
  }
}

TEST(RuleHelpTest, EveryKindOfTheEngineHasHelp) {
#define LOCKDEP_X(value, text) EXPECT_EQ(RuleHelpFor(text).kind, text);
  LOCKDEP_VIOLATION_KINDS(LOCKDEP_X)
#undef LOCKDEP_X
  EXPECT_EQ(RuleHelpFor("no-such-kind").kind, "");
}

TEST(SourcePathTest, WhatLiesBelowTheRootIsToldRelativeToIt) {
  EXPECT_EQ(RelativeSource("/src/bank/a/../b.cc", "/src/bank"), "b.cc");
  EXPECT_EQ(RelativeSource("/src/banker/b.cc", "/src/bank"), "/src/banker/b.cc");
  EXPECT_EQ(RelativeSource("/src/bank", "/src/bank"), "/src/bank");
  EXPECT_EQ(RelativeSource("b.cc", "/src/bank"), "b.cc");
  EXPECT_EQ(RelativeSource("/b.cc", ""), "/b.cc");
}

TEST(SourcePathTest, AUriHoldsNothingThatAUriMayNot) {
  EXPECT_EQ(SourceUri("/src/a b#c?.cc", "/src"), "a%20b%23c%3F.cc");
  EXPECT_EQ(SourceUri("/usr/include/x.h", "/src"), "file:///usr/include/x.h");
  EXPECT_EQ(SourceUri("a:b\n%\xc3\xbc", ""), "a%3Ab%0A%25%C3%BC");
}

// `count` open findings of one level.
Report ManyFindings(size_t count, const std::string& level) {
  Report report = SampleReport();
  Finding finding = report.findings[0];
  finding.suppressed_by.reset();
  finding.level = level;
  report.findings.assign(count, finding);
  return report;
}

size_t LinesStarting(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  size_t count = 0;
  for (std::string line; std::getline(lines, line);) count += line.starts_with(start);
  return count;
}

TEST(GithubTest, NoMoreThanGithubShowsAndTheRestIsCounted) {
  const std::string ten = RenderGithub(ManyFindings(10, "confirmed"), {});
  EXPECT_EQ(LinesStarting(ten, "::error "), 10u);
  EXPECT_EQ(LinesStarting(ten, "::"), 10u);

  const std::string more = RenderGithub(ManyFindings(13, "feasible"), {});
  EXPECT_EQ(LinesStarting(more, "::warning "), 10u);
  EXPECT_THAT(more, EndsWith("::notice title=lockdep::3 findings more than GitHub shows here; all "
                             "are in the step summary\n"));

  EXPECT_EQ(LinesStarting(RenderGithub(ManyFindings(12, "note"), {}), "::notice "), 10u);
}

TEST(GithubTest, WithoutASourceThereIsNoFile) {
  Report report = ManyFindings(1, "feasible");
  report.findings[0].edges.clear();
  report.findings[0].stack = {{.module = "/usr/bin/bank", .offset = 0x10}};

  EXPECT_THAT(RenderGithub(report, {}), HasSubstr("::warning title=lockdep%3A lock-order"));
}

TEST(MarkdownTest, StaysBelowWhatAStepSummaryMayBe) {
  const std::string text = RenderMarkdown(ManyFindings(20'000, "feasible"), {});

  EXPECT_LT(text.size(), size_t{1} << 20);
  EXPECT_THAT(text, AllOf(HasSubstr("20,000 findings"), HasSubstr("more are not shown here.")));
}

nlohmann::json SarifOf(const Report& report) {
  return nlohmann::json::parse(RenderSarif(report, {.source_root = "/src"}));
}

TEST(SarifTest, ABaselineTellsNewFromUnchanged) {
  Report report = ManyFindings(3, "feasible");
  report.findings[0].baseline_state = "new";
  report.findings[1].baseline_state = "expired";
  report.findings[2].baseline_state.reset();

  const nlohmann::json results = SarifOf(report)["runs"][0]["results"];

  EXPECT_EQ(results[0]["baselineState"], "new");
  EXPECT_EQ(results[1]["baselineState"], "unchanged");
  EXPECT_FALSE(results[2].contains("baselineState"));
}

TEST(SarifTest, MoreResultsThanCodeScanningTakesAreLeftOutAloud) {
  Report report;
  report.findings.assign(25'001, {.kind = "unlock-unheld", .level = "note"});

  const nlohmann::json run = SarifOf(report)["runs"][0];

  EXPECT_EQ(run["results"].size(), 25'000u);
  EXPECT_THAT(run["invocations"][0]["toolExecutionNotifications"].dump(),
              HasSubstr("1 findings more"));
}

}  // namespace
}  // namespace lockdep::report
