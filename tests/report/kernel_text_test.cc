// That real mistakes come out with the facts of a real kernel is what
// tests/splats proves; here is what it looks like.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lockdep/report/render.h"
#include "tests/report/recorded_run.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Report OpenFinding() {
  Report report = SampleReport();
  report.findings[0].suppressed_by.reset();
  return report;
}

TEST(KernelTextTest, AnInversionLooksLikeThis) {
  EXPECT_EQ(RenderKernel(OpenFinding()),
            R"(======================================================
WARNING: possible circular locking dependency detected
bank --tellers 2: lock-order-inversion (feasible) 0123456789abcdef
------------------------------------------------------
thread 1 (teller) is trying to acquire lock:
0x7f0000001040 (accounts){+..-}-{4:4}, at: audit() bank.cc:51

but it holds already:
0x7f0000001000 (audit){....}-{0:0}, at: audit() bank.cc:50

and the new lock already comes before it.

the existing dependency chain (in reverse order) is:

-> #1 (audit){....}-{0:0}:
       transfer() bank.cc:41
       main() bank.cc:90

-> #0 (accounts){+..-}-{4:4}:
       audit() bank.cc:51
       main() bank.cc:90


other info that might help us debug this:

 Possible unsafe locking scenario:

       CPU0                    CPU1
       ----                    ----
  lock(audit);
                               lock(accounts);
                               lock(audit);
  rlock(accounts);

 *** DEADLOCK ***

1 lock held by thread 1 (teller):
 #0: 0x7f0000001000 (accounts){+..-}-{4:4}, at: transfer() bank.cc:40

stack backtrace:
 audit() bank.cc:51

lockdep: 1 finding in 1234567 lock operations on 2 lock classes
)");
}

// Signals are contexts as good as the kernel's.
TEST(KernelTextTest, ASignalInterruptsUnderItsName) {
  RecordedRun run;
  bank::Deposit(run.bank());
  bank::HandleSignal(run.bank());
  const std::string text = RenderKernel(run.ToReport());

  EXPECT_THAT(text, HasSubstr("inconsistent {SIGUSR1-ON-W} -> {IN-SIGUSR1-W} usage.\n"));
  EXPECT_THAT(text, HasSubstr("  lock(accounts);\n  <SIGUSR1>\n    lock(accounts);\n"));
  EXPECT_THAT(text, HasSubstr("no locks held by thread 1 (main).\n"));
}

TEST(KernelTextTest, ALongerPathOverAnInterruptIsAChain) {
  RecordedRun run;
  bank::HandleAudit(run.bank());
  bank::Archive(run.bank());
  bank::Restore(run.bank());
  bank::Deposit(run.bank());
  const std::string text = RenderKernel(run.ToReport());

  EXPECT_THAT(text, HasSubstr("WARNING: possible irq lock inversion dependency detected\n"));
  EXPECT_THAT(text, HasSubstr("Chain exists of:\n  audit --> archive --> accounts\n"));
  EXPECT_THAT(text, HasSubstr(" block(SIGUSR1);\n"));
}

TEST(KernelTextTest, AWaitIsToldByItsNumbers) {
  RecordedRun run;
  bank::QuoteAndDeposit(run.bank());
  run.SwitchTo("other");
  bank::QuoteAndSleep(run.bank());
  const std::string text = RenderKernel(run.ToReport());

  EXPECT_THAT(text, HasSubstr("[ BUG: Invalid wait context ]\n"));
  EXPECT_THAT(text, HasSubstr("BUG: sleeping function called from invalid context at "));
  EXPECT_THAT(text, HasSubstr("it waits as {4}, and only {2} is allowed here\n"));
}

TEST(KernelTextTest, AWaitThatALockKeepsFromEndingIsACircle) {
  RecordedRun run;
  bank::WaitForVault(run.bank());
  run.SwitchTo("other");
  bank::OpenVault(run.bank());
  const std::string text = RenderKernel(run.ToReport());

  EXPECT_THAT(text, HasSubstr("WARNING: possible circular locking dependency detected\n"));
  EXPECT_THAT(text, HasSubstr("-> #1 (vault){....}-{0:0}:\n       bank::WaitForVault() bank.cc:"));
  EXPECT_THAT(text, HasSubstr("  lock(accounts);\n"
                              "                               lock(accounts);\n"
                              "                               end(vault);\n"
                              "  wait(vault);\n"));
}

// All who are in it, with what each holds and waits for.
TEST(KernelTextTest, ADeadlockThatHappenedNamesEveryParty) {
  Report report = OpenFinding();
  Finding& finding = report.findings[0];
  finding.kind = "deadlock";
  finding.edges[1].thread = "thread 2 (clerk)";
  const std::string text = RenderKernel(report);

  EXPECT_THAT(text, HasSubstr("WARNING: deadlock\n"));
  EXPECT_THAT(text,
              HasSubstr("thread 1 (teller) is trying to acquire lock:\n"
                        "0x7f0000001040 (audit){....}-{0:0}, at: transfer() bank.cc:41\n\n"
                        "but it holds already:\n"
                        "0x7f0000001000 (accounts){+..-}-{4:4}, at: transfer() bank.cc:40\n"));
  EXPECT_THAT(text, HasSubstr("thread 2 (clerk) is trying to acquire lock:\n"
                              "0x7f0000001040 (accounts)"));

  FindingEdge& waiter = finding.edges[0];
  waiter.from = waiter.to;
  waiter.from_site = {};
  EXPECT_THAT(RenderKernel(report),
              HasSubstr("at: transfer() bank.cc:41\n\nthread 2 (clerk) is trying"));

  FindingEdge& ended = finding.edges[1];
  ended.to = ended.from;
  ended.to_site = {};
  EXPECT_THAT(RenderKernel(report), HasSubstr("thread 2 (clerk) has ended and holds still:\n"));
}

TEST(KernelTextTest, ARuleOfTheHostIsToldAsItIs) {
  RecordedRun run;
  bank::WriteBalance(run.bank());
  const std::string text = RenderKernel(run.ToReport());

  EXPECT_THAT(text, HasSubstr("WARNING: unprotected-access\n"));
  EXPECT_THAT(text, HasSubstr("a write needs accounts:write (bank.h, struct Bank)!\n"));
  EXPECT_THAT(text, HasSubstr("about: account->balance\n"));
}

TEST(KernelTextTest, WhatSomebodyAcceptedIsOneLine) {
  EXPECT_THAT(RenderKernel(SampleReport()),
              StartsWith("lockdep: lock-order-inversion 0123456789abcdef suppressed by "
                         "ci/locks.baseline:7\n\nlockdep: 1 finding in"));
}

TEST(KernelTextTest, AFindingThatLacksItsPartsIsStillTold) {
  Report report = OpenFinding();
  report.findings[0].edges.clear();
  EXPECT_THAT(RenderKernel(report), HasSubstr("WARNING: lock-order-inversion\n"));
}

TEST(KernelTextTest, NamesCannotActOnATerminal) {
  Report report = OpenFinding();
  Finding& finding = report.findings[0];
  finding.edges[0].from = finding.edges[1].to = finding.edges[1].to_address = HostileName();
  finding.thread = finding.run = finding.held[0].class_name = HostileName();
  EXPECT_THAT(RenderKernel(report), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace lockdep::report
