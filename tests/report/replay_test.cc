#include "lockdep/report/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
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

}  // namespace
}  // namespace lockdep::report
