#include "lockdep/report/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/strings/str_cat.h"

namespace lockdep::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPrintA[] = "00000000000000aa";
constexpr char kPrintB[] = "00000000000000bb";
constexpr char kPrintC[] = "00000000000000cc";

Finding FindingWith(const std::string& fingerprint) {
  Finding finding;
  finding.fingerprint = fingerprint;
  finding.kind = "lock-order-inversion";
  finding.level = "feasible";
  finding.edges = {{.from = "A", .to = "B"}, {.from = "B", .to = "A"}};
  finding.locks = {{.class_name = "A"}, {.class_name = "B"}};
  return finding;
}

Report ReportWith(const std::vector<std::string>& fingerprints) {
  Report report;
  for (const std::string& print : fingerprints) report.findings.push_back(FindingWith(print));
  return report;
}

BaselineEntry EntryWith(const std::string& fingerprint) {
  return EntryFor(FindingWith(fingerprint), "looked at");
}

std::string MessageFor(absl::string_view text) {
  const auto baseline = ParseBaseline(text, "ci/b.txt");
  return baseline.ok() ? "accepted" : std::string(baseline.status().message());
}

Baseline Parsed(absl::string_view text) {
  auto baseline = ParseBaseline(text, "b");
  EXPECT_TRUE(baseline.ok()) << baseline.status();
  return *std::move(baseline);
}

TEST(BaselineParserTest, ALineHasItsFields) {
  const Baseline baseline = Parsed(
      "00000000000000aa lock-order-inversion A \"B c\" reason=\"never together\" owner=alice "
      "expires=2030-12-31  # see notes\n");

  ASSERT_THAT(baseline.entries, SizeIs(1));
  const BaselineEntry& entry = baseline.entries[0];
  EXPECT_EQ(entry.fingerprint, kPrintA);
  EXPECT_EQ(entry.kind, "lock-order-inversion");
  EXPECT_THAT(entry.classes, ElementsAre("A", "B c"));
  EXPECT_EQ(entry.reason, "never together");
  EXPECT_EQ(entry.owner, "alice");
  EXPECT_EQ(entry.expires, "2030-12-31");
  EXPECT_EQ(entry.remark, "# see notes");
}

TEST(BaselineParserTest, CommentsBelongToTheFileOrToTheEntryBelow) {
  const Baseline baseline = Parsed(
      "# of the file\n\n# of the entry\n00000000000000aa recursive-lock A reason=x\n# at the "
      "end\n");

  EXPECT_THAT(baseline.header, ElementsAre("# of the file"));
  EXPECT_THAT(baseline.entries[0].comments, ElementsAre("# of the entry"));
  EXPECT_THAT(baseline.footer, ElementsAre("# at the end"));
}

TEST(BaselineParserTest, AnEmptyFileIsAnEmptyBaseline) {
  EXPECT_THAT(Parsed("").entries, IsEmpty());
  EXPECT_THAT(Parsed("\n\n").entries, IsEmpty());
}

TEST(BaselineParserTest, LinesOfWindowsAndAMissingLastNewlineAreRead) {
  EXPECT_EQ(Parsed("00000000000000aa recursive-lock A reason=x\r\n").entries[0].reason, "x");
  EXPECT_EQ(Parsed("00000000000000aa recursive-lock A reason=x").entries[0].reason, "x");
}

TEST(BaselineParserTest, AnErrorNamesFileLineAndReason) {
  EXPECT_THAT(MessageFor("# fine\n\nnonsense\n"), HasSubstr("ci/b.txt:3: "));
  EXPECT_THAT(MessageFor("xyz recursive-lock A reason=x"), HasSubstr("no fingerprint 'xyz'"));
  EXPECT_THAT(MessageFor("00000000000000AA recursive-lock A reason=x"),
              HasSubstr("no fingerprint"));
  EXPECT_THAT(MessageFor("00000000000000aa reason=x"), HasSubstr("no kind"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A"), HasSubstr("no reason"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A reason=\"\""), HasSubstr("empty"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A reason=\"x"),
              HasSubstr("quote without end"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A reason=\"\\q\""),
              HasSubstr("unknown escape"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A reason=x owner=a owner=b"),
              HasSubstr("second field 'owner'"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock A raeson=x"),
              HasSubstr("unknown field 'raeson'"));
  EXPECT_THAT(MessageFor("00000000000000aa recursive-lock \"A\"b reason=x"), HasSubstr("stray"));
}

TEST(BaselineParserTest, OnlyDaysThatExistAreDates) {
  const std::string line = "00000000000000aa recursive-lock A reason=x expires=";
  EXPECT_EQ(MessageFor(line + "2028-02-29"), "accepted");
  EXPECT_THAT(MessageFor(line + "2027-02-29"), HasSubstr("no such date"));
  EXPECT_THAT(MessageFor(line + "2027-13-01"), HasSubstr("no such date"));
  EXPECT_THAT(MessageFor(line + "2027-1-1"), HasSubstr("no such date"));
  EXPECT_THAT(MessageFor(line + "tomorrow"), HasSubstr("no such date"));
}

TEST(BaselineParserTest, AnUnfinishedMergeIsNamedAsSuch) {
  EXPECT_THAT(MessageFor("<<<<<<< ours\n"), HasSubstr("ci/b.txt:1: marker of an unfinished merge"));
  EXPECT_THAT(MessageFor("=======\n"), HasSubstr("unfinished merge"));
  EXPECT_THAT(MessageFor(">>>>>>> theirs\n"), HasSubstr("unfinished merge"));
}

TEST(BaselineParserTest, TwoEqualLinesAreOneEntryAndTwoDifferentOnesAnError) {
  const std::string line = "00000000000000aa recursive-lock A reason=x\n";

  EXPECT_THAT(Parsed(line + "# kept\n" + line).entries, SizeIs(1));
  EXPECT_THAT(Parsed(line + "# kept\n" + line).entries[0].comments, ElementsAre("# kept"));
  EXPECT_THAT(MessageFor(line + "00000000000000aa recursive-lock A reason=y\n"),
              HasSubstr("ci/b.txt:2: fingerprint 00000000000000aa stands on line 1 already"));
}

TEST(BaselineParserTest, AHundredThousandEntriesAreReadInNoTime) {
  constexpr size_t kCount = 100'000;
  std::string text;
  for (size_t i = 0; i < kCount; ++i) {
    absl::StrAppend(&text, absl::Hex(i, absl::kZeroPad16), " recursive-lock A reason=x\n");
  }
  const auto start = std::chrono::steady_clock::now();

  EXPECT_THAT(Parsed(text).entries, SizeIs(kCount));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(BaselineFormatTest, AnyNameSurvivesARoundTrip) {
  for (const std::string name :
       {"plain", "std::map<int, Lock>::mutex", "with space", "quote\"inside", "back\\slash",
        "reason=evil", "#comment", "new\nline", "tab\there", "bell\x07", "ünïcode", ""}) {
    Baseline baseline = NewBaseline();
    BaselineEntry entry = EntryWith(kPrintA);
    entry.classes = {name, "B"};
    entry.reason = "because of " + name;
    entry.owner = name;
    baseline.entries.push_back(entry);

    EXPECT_EQ(Parsed(FormatBaseline(baseline)), baseline) << name;
  }
}

TEST(BaselineFormatTest, EntriesAreSortedAndFormattingTwiceChangesNothing) {
  const Baseline baseline = Parsed(
      "# mine\n00000000000000cc recursive-lock  C   reason=x # r\n"
      "00000000000000aa recursive-lock A reason=\"y\"\n# last\n");

  const std::string text = FormatBaseline(baseline);

  EXPECT_EQ(text,
            "00000000000000aa recursive-lock A reason=\"y\"\n"
            "# mine\n00000000000000cc recursive-lock C reason=\"x\"  # r\n# last\n");
  EXPECT_EQ(FormatBaseline(Parsed(text)), text);
}

TEST(BaselineCompareTest, FindingsAreNewKnownOrExpiredAndEntriesMayBeStale) {
  Baseline baseline;
  baseline.entries = {EntryWith(kPrintA), EntryWith(kPrintB), EntryWith(kPrintC)};
  baseline.entries[1].expires = "2026-06-30";
  const Report report = ReportWith({"00000000000000dd", kPrintA, kPrintB});

  const auto comparison = Compare(baseline, report, {0, 1, 2}, "2026-07-01");

  EXPECT_THAT(comparison.fresh, ElementsAre(0));
  EXPECT_THAT(comparison.known, ElementsAre(1));
  EXPECT_THAT(comparison.expired, ElementsAre(2));
  EXPECT_THAT(comparison.stale, ElementsAre(2));
}

TEST(BaselineCompareTest, AnEntryCountsOnItsLastDay) {
  Baseline baseline;
  baseline.entries = {EntryWith(kPrintA)};
  baseline.entries[0].expires = "2026-06-30";
  const Report report = ReportWith({kPrintA});

  EXPECT_THAT(Compare(baseline, report, {0}, "2026-06-30").known, SizeIs(1));
  EXPECT_THAT(Compare(baseline, report, {0}, "2026-07-01").expired, SizeIs(1));
}

TEST(BaselineCompareTest, AFindingBelowTheThresholdStillKeepsItsEntryFromBeingStale) {
  Baseline baseline;
  baseline.entries = {EntryWith(kPrintA)};
  const Report report = ReportWith({kPrintA, kPrintB});

  const auto comparison = Compare(baseline, report, /*relevant=*/{}, "2026-01-01");

  EXPECT_THAT(comparison.fresh, IsEmpty());
  EXPECT_THAT(comparison.stale, IsEmpty());
}

TEST(BaselineCompareTest, WhatIsMilderIsCountedUnlessSomebodyAnsweredForIt) {
  Baseline baseline;
  baseline.entries = {EntryWith(kPrintA)};
  Report report = ReportWith({kPrintA, kPrintB, kPrintC, "00000000000000dd"});
  report.findings[1].suppressed_by = "s:1: why";

  EXPECT_EQ(Compare(baseline, report, /*relevant=*/{}, "2026-01-01").milder, 2u);
  EXPECT_EQ(Compare(baseline, report, /*relevant=*/{2, 3}, "2026-01-01").milder, 0u);
}

TEST(BaselineStatesTest, WhatAnEarlierBaselineAcceptedIsForgottenAndASuppressionIsNot) {
  Baseline baseline;
  baseline.entries = {EntryWith(kPrintA)};
  Report report = ReportWith({kPrintA, kPrintB, kPrintC});
  report.findings[2].suppressed_by = "s:1: why";
  MarkStates(baseline, Compare(baseline, report, {0, 1}, "2026-01-01"), "old.baseline", &report);

  ForgetStates(&report);

  for (const Finding& finding : report.findings) EXPECT_FALSE(finding.baseline_state.has_value());
  EXPECT_FALSE(report.findings[0].suppressed_by.has_value());
  EXPECT_FALSE(report.findings[1].suppressed_by.has_value());
  EXPECT_TRUE(report.findings[2].suppressed_by.has_value());
}

TEST(BaselineAcceptTest, WhatIsNewIsAddedInOrderAndNothingElseChanges) {
  Baseline baseline = Parsed(
      "# header\n\n# why we live with it\n"
      "00000000000000bb recursive-lock B reason=\"old\" owner=bob expires=2020-01-01  # kept\n");
  const BaselineEntry before = baseline.entries[0];

  Accept(baseline, ReportWith({kPrintC, kPrintB, kPrintA}), {0, 2}, "new");

  ASSERT_THAT(baseline.entries, SizeIs(3));
  EXPECT_EQ(baseline.entries[0].fingerprint, kPrintA);
  EXPECT_EQ(baseline.entries[0].reason, "new");
  EXPECT_EQ(baseline.entries[1], before);
  EXPECT_EQ(baseline.entries[2].fingerprint, kPrintC);
}

TEST(BaselineAcceptTest, AFindingThatTheReportHasTwiceBecomesOneEntry) {
  Baseline baseline;

  Accept(baseline, ReportWith({kPrintA, kPrintA}), {0, 1}, "new");

  EXPECT_THAT(baseline.entries, SizeIs(1));
}

TEST(BaselineEntryTest, EachClassOfAFindingIsNamedOnce) {
  EXPECT_THAT(EntryWith(kPrintA).classes, ElementsAre("A", "B"));
}

}  // namespace
}  // namespace lockdep::report
