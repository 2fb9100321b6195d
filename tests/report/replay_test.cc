#include "lockdep/report/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lockdep/record/merge.h"
#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

using Step = void (*)(bank::Bank&);

// Each step by a thread of its own.
void RunSteps(const std::vector<Step>& steps, RecordedRun* run) {
  for (const Step step : steps) {
    run->SwitchTo("teller");
    step(run->bank());
  }
}

Report WithOrder(RecordedRun* run, DeclaredOrder order) {
  absl::StatusOr<record::Recording> recording = record::ReadRecording(run->Finish());
  EXPECT_TRUE(recording.ok()) << recording.status();
  return ReportBuilder(order).Build(*std::move(recording));
}

std::vector<std::string> Told(const Report& report) {
  std::vector<std::string> told;
  for (const Finding& finding : report.findings) {
    told.push_back(finding.kind + " " + finding.fingerprint);
  }
  std::sort(told.begin(), told.end());
  return told;
}

constexpr DeclaredArc kAuditFirst[] = {{"audit", "accounts", "bank.order:1: audit -> accounts"}};
constexpr DeclaredArc kChain[] = {{"accounts", "audit", "bank.order:1: accounts -> audit"},
                                  {"audit", "archive", "bank.order:2: audit -> archive"},
                                  {"accounts", "archive", "bank.order:1 and 2"}};
constexpr DeclaredArc kRates[] = {{"accounts", "rates", "bank.order:1: accounts -> rates"}};

TEST(ReplayTest, AnOrderDeclaredAfterwardsTellsWhatItWouldHaveToldDuringTheRun) {
  const std::vector<std::vector<Step>> programs = {
      {bank::Transfer},
      {bank::Audit},
      {bank::Transfer, bank::Audit},
      {bank::Audit, bank::Transfer},
      {bank::Transfer, bank::Archive, bank::Restore},
      {bank::Restore, bank::Archive, bank::Transfer},
      {bank::ReadRates, bank::SetRates},
      {bank::SetRates, bank::ReadRates, bank::Transfer, bank::Audit},
      {bank::DepositTwice, bank::Move, bank::Audit},
  };
  for (const DeclaredOrder order :
       {DeclaredOrder(kAuditFirst), DeclaredOrder(kChain), DeclaredOrder(kRates)}) {
    for (size_t i = 0; i < programs.size(); ++i) {
      RecordedRun live("bank", order), afterwards("bank");
      RunSteps(programs[i], &live);
      RunSteps(programs[i], &afterwards);

      const Report told = live.ToReport();
      const Report replayed = WithOrder(&afterwards, order);

      EXPECT_EQ(Told(replayed), Told(told)) << order[0].declaration << ", program " << i;
      EXPECT_EQ(replayed.dependencies.size(), told.dependencies.size()) << i;
    }
  }
}

TEST(ReplayTest, AViolationHasThePlacesOfTheRun) {
  RecordedRun run;
  run.SwitchTo("clerk");
  bank::Transfer(run.bank());

  const Finding finding = OnlyFinding(WithOrder(&run, kAuditFirst));

  EXPECT_EQ(finding.kind, "declared-order-violation");
  EXPECT_EQ(finding.level, "feasible");
  EXPECT_THAT(finding.title, HasSubstr("bank.order:1: audit -> accounts"));
  EXPECT_THAT(finding.threads, ElementsAre("thread 2 (clerk)"));
  ASSERT_THAT(finding.edges, SizeIs(2));
  EXPECT_EQ(finding.edges[1].to_site.function, "bank::Transfer(bank::Bank&)");
  EXPECT_FALSE(finding.edges[1].to_stack.empty());
  EXPECT_TRUE(finding.edges[0].thread.empty()) << "nobody ran what is only declared";
}

TEST(ReplayTest, CodeThatKeepsToTheOrderIsSilent) {
  RecordedRun run;
  bank::Audit(run.bank());

  const Report report = WithOrder(&run, kAuditFirst);

  EXPECT_THAT(report.findings, IsEmpty());
  ASSERT_THAT(report.dependencies, SizeIs(1));
  EXPECT_EQ(report.dependencies[0].declaration, "bank.order:1: audit -> accounts");
}

TEST(ReplayTest, WhatTheOrderDoesNotNameStaysAsItWas) {
  RecordedRun run;
  bank::DepositTwice(run.bank());
  bank::ReadRates(run.bank());
  run.SwitchTo("other");
  bank::SetRates(run.bank());
  RecordedRun same;
  bank::DepositTwice(same.bank());
  bank::ReadRates(same.bank());
  same.SwitchTo("other");
  bank::SetRates(same.bank());

  EXPECT_EQ(Told(WithOrder(&run, kAuditFirst)), Told(same.ToReport()));
}

// The report of these runs together, each of one step.
Report Together(const std::vector<Step>& steps) {
  record::RecordingMerger merger;
  for (const Step step : steps) {
    RecordedRun run("bank");
    run.SwitchTo("teller");
    step(run.bank());
    merger.Add(*record::ReadRecording(run.Finish()));
  }
  return ReportBuilder().Build(merger.Merged());
}

TEST(AcrossRunsTest, TwoRunsThatDisagreeAreAnInversion) {
  const Finding finding = OnlyFinding(Together({bank::Transfer, bank::Audit}));

  EXPECT_EQ(finding.kind, "lock-order-inversion");
  EXPECT_EQ(finding.level, "feasible");
  EXPECT_THAT(finding.reasons, IsEmpty());
  ASSERT_THAT(finding.edges, SizeIs(2));
  EXPECT_NE(finding.edges[0].to_site.function, finding.edges[1].to_site.function);
  for (const FindingEdge& edge : finding.edges) {
    EXPECT_THAT(edge.run, MatchesRegex("bank \\(process [0-9]+\\)"));
  }
  EXPECT_THAT(finding.explanation, HasSubstr("No single run did all of this"));
}

TEST(AcrossRunsTest, RunsThatAgreeAreNone) {
  EXPECT_THAT(Together({bank::Transfer, bank::TransferWithHelper, bank::Archive}).findings,
              IsEmpty());
  EXPECT_THAT(Together({bank::WaitForVault, bank::WaitForVault}).findings, IsEmpty());
}

TEST(AcrossRunsTest, AWaitThatAnotherRunEndsIsANote) {
  const Finding finding = OnlyFinding(Together({bank::WaitForVault, bank::OpenVault}));

  EXPECT_EQ(finding.kind, "wait-while-holding");
  EXPECT_EQ(finding.level, "note");
  EXPECT_THAT(finding.reasons, ElementsAre("wait-of-another-run"));
  EXPECT_THAT(finding.edges, SizeIs(2));
}

TEST(AcrossRunsTest, AStepOfEachRunCanCloseACycle) {
  const Finding finding = OnlyFinding(Together({bank::Transfer, bank::Archive, bank::Restore}));

  EXPECT_THAT(finding.edges, SizeIs(3));
}

TEST(AcrossRunsTest, WhatARunTellsItselfIsToldOnce) {
  const auto both = [](bank::Bank& bank) {
    bank::Transfer(bank);
    bank::Audit(bank);
  };
  const Finding finding = OnlyFinding(Together({both, bank::Transfer, bank::Audit, both}));

  EXPECT_EQ(finding.edges[0].run, "") << "a single run shows it";
}

TEST(AcrossRunsTest, AMistakeThatIsToldHidesNoOther) {
  const auto both = [](bank::Bank& bank) {
    bank::Transfer(bank);
    bank::Audit(bank);
  };
  EXPECT_THAT(Together({both, bank::Archive, bank::Restore}).findings, SizeIs(2));
}

// A run whose two locks have one name; they are taken in the order of their keys,
// or the other way round.
record::Recording RunOfNamesakes(bool by_key) {
  RecordedRun run("bank");
  LockMap first({10}, "page", LockKind::kMutex), second({20}, "page", LockKind::kMutex);
  bank::Lock(run.bank(), by_key ? first : second);
  bank::Lock(run.bank(), by_key ? second : first);
  bank::Unlock(run.bank(), by_key ? second : first);
  bank::Unlock(run.bank(), by_key ? first : second);
  return *record::ReadRecording(run.Finish());
}

TEST(AcrossRunsTest, BetweenLocksThatOnlyANumberTellsApartItIsANote) {
  record::RecordingMerger merger;
  merger.Add(RunOfNamesakes(true));
  merger.Add(RunOfNamesakes(false));

  const Finding finding = OnlyFinding(ReportBuilder().Build(merger.Merged()));

  EXPECT_EQ(finding.level, "note");
  EXPECT_THAT(finding.reasons, ElementsAre("weak-class"));
}

}  // namespace
}  // namespace lockdep::report
