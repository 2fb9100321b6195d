#include "lockdep/report/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lockdep/report/fingerprint.h"

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

Report RunOf(const std::string& command, int64_t pid) {
  Report report;
  report.subject = {.command = command, .pid = pid};
  report.coverage = {.lock_operations = 10, .locks = 2, .chains = 3, .threads = 1};
  return report;
}

Finding FindingOf(const std::string& fingerprint, const std::string& level,
                  const std::string& title) {
  return {.fingerprint = fingerprint, .kind = "k", .level = level, .title = title};
}

TEST(MergeTest, OneRunStaysAsItIs) {
  const Report merged = MergeReports({RunOf("a", 1)});

  EXPECT_EQ(merged.subject, (Subject{.command = "a", .pid = 1}));
  EXPECT_THAT(merged.runs, SizeIs(1));
  EXPECT_EQ(MergeReports({merged}), merged);
}

TEST(MergeTest, RunsAreCountedAndSummed) {
  Report two = RunOf("b", 2);
  two.coverage.unobserved = {"x"};
  Report three = RunOf("c", 3);
  three.coverage.unobserved = {"x", "y"};

  const Report merged = MergeReports({RunOf("a", 1), two, MergeReports({three})});

  EXPECT_EQ(merged.subject, (Subject{.command = "a (+2 more)", .pid = 1}));
  EXPECT_EQ(merged.coverage.lock_operations, 30u);
  EXPECT_THAT(merged.coverage.unobserved, ElementsAre("x", "y"));
  EXPECT_THAT(merged.runs, SizeIs(3));
  EXPECT_EQ(MergeReports({merged}), merged);
}

TEST(MergeTest, TheSameFindingIsToldOnceAtItsWorst) {
  Report one = RunOf("a", 1);
  one.findings = {FindingOf("f1", "note", "mild"), FindingOf("f2", "feasible", "two")};
  Report two = RunOf("b", 2);
  two.findings = {FindingOf("f1", "confirmed", "worst"), FindingOf("f2", "feasible", "again")};

  const Report merged = MergeReports({one, two});

  EXPECT_THAT(merged.findings,
              ElementsAre(Field(&Finding::title, "worst"), Field(&Finding::title, "two")));
}

TEST(MergeTest, AFindingIsSuppressedIfEveryReportSuppressesIt) {
  Report with = RunOf("a", 1);
  with.findings = {FindingOf("f1", "feasible", "one")};
  with.findings[0].suppressed_by = "s:1: why";
  Report without = RunOf("b", 2);
  without.findings = {FindingOf("f1", "feasible", "one")};

  EXPECT_TRUE(MergeReports({with, with}).findings[0].suppressed_by.has_value());
  EXPECT_FALSE(MergeReports({with, without}).findings[0].suppressed_by.has_value());
  EXPECT_FALSE(MergeReports({without, with}).findings[0].suppressed_by.has_value());
}

TEST(MergeTest, WhatIsSuppressedStandsBehindWhatIsNot) {
  Report report = RunOf("a", 1);
  report.findings = {FindingOf("f1", "confirmed", "one"), FindingOf("f2", "confirmed", "two"),
                     FindingOf("f3", "note", "three"), FindingOf("f4", "note", "four")};
  report.findings[0].suppressed_by = "s:1: why";
  report.findings[2].suppressed_by = "s:1: why";

  OpenFirst(&report);

  EXPECT_THAT(report.findings,
              ElementsAre(Field(&Finding::title, "two"), Field(&Finding::title, "four"),
                          Field(&Finding::title, "one"), Field(&Finding::title, "three")));
}

TEST(MergeTest, AnAttachedTableThatSeveralHaveIsThereOnce) {
  Report one = RunOf("a", 1);
  one.tables = {{.title = "Tills", .note = "", .columns = {"till"}, .rows = {{"1"}}}};
  Report two = RunOf("b", 2);
  two.tables = {one.tables[0], one.tables[0]};
  two.tables[1].rows = {{"2"}};

  EXPECT_EQ(MergeReports({one, two}).tables, two.tables);
}

TEST(MergeTest, FindingsAreSortedWorstFirstAndElseInOrder) {
  Report report = RunOf("a", 1);
  report.findings = {FindingOf("1", "note", "a"), FindingOf("2", "feasible", "b"),
                     FindingOf("3", "confirmed", "c"), FindingOf("4", "feasible", "d")};

  EXPECT_THAT(MergeReports({report}).findings,
              ElementsAre(Field(&Finding::title, "c"), Field(&Finding::title, "b"),
                          Field(&Finding::title, "d"), Field(&Finding::title, "a")));
}

TEST(MergeTest, ADependencyKnowsWhatAnyReportKnowsOfIt) {
  Report declared = RunOf("a", 1);
  declared.dependencies = {{.from = "A", .to = "B", .declaration = "x:1"}};
  Report seen = RunOf("b", 2);
  seen.dependencies = {{.from = "A", .to = "B", .kinds = {"EN"}, .thread = "thread 1"}};
  Report seen_again = RunOf("c", 3);
  seen_again.dependencies = {{.from = "A", .to = "B", .kinds = {"SR"}, .thread = "thread 9"}};

  const Report merged = MergeReports({declared, seen, seen_again});

  ASSERT_THAT(merged.dependencies, SizeIs(1));
  EXPECT_THAT(merged.dependencies[0].kinds, ElementsAre("SR", "EN"));
  EXPECT_EQ(merged.dependencies[0].declaration, "x:1");
  EXPECT_EQ(merged.dependencies[0].thread, "thread 1");
  EXPECT_EQ(merged.coverage.dependencies, 1u);
}

TEST(MergeTest, NothingMakesAnEmptyReport) {
  const Report merged = MergeReports({});

  EXPECT_EQ(merged, Report());
  EXPECT_THAT(merged.runs, IsEmpty());
}

TEST(FingerprintTest, ACycleMayStartAnywhere) {
  const std::string fingerprint = Fingerprint("k", {"a", "b", "c"}, {});

  EXPECT_EQ(Fingerprint("k", {"b", "c", "a"}, {}), fingerprint);
  EXPECT_EQ(Fingerprint("k", {"c", "a", "b"}, {}), fingerprint);
  EXPECT_NE(Fingerprint("k", {"c", "b", "a"}, {}), fingerprint) << "another direction";
  EXPECT_NE(Fingerprint("j", {"a", "b", "c"}, {}), fingerprint) << "another kind";
  EXPECT_NE(Fingerprint("k", {"a", "b", "c"}, {""}), fingerprint);
  EXPECT_EQ(Fingerprint("k", {"a", "a", "b"}, {}), Fingerprint("k", {"a", "b", "a"}, {}));
}

TEST(FingerprintTest, StaysWhatItIs) {
  // People have these in their baselines.
  EXPECT_EQ(Fingerprint("lock-order-inversion", {"x", "y"}, {}), "50457463564fa699");
}

TEST(FingerprintTest, PartsAreKeptApart) {
  EXPECT_NE(JoinParts({"ab", "c"}), JoinParts({"a", "bc"}));
  EXPECT_NE(JoinParts({"a;1:b"}), JoinParts({"a", "b"}));
}

}  // namespace
}  // namespace lockdep::report
