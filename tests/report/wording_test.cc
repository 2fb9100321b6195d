// What is said of each kind of violation, from the event to the words.

#include "lockdep/report/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

using Step = void (*)(bank::Bank&);

// The finding of a run in which each step is a thread of its own.
Finding FindingOf(const std::vector<Step>& steps, DeclaredOrder order = {}) {
  RecordedRun run("bank", order);
  for (const Step step : steps) {
    run.SwitchTo("teller");
    step(run.bank());
  }
  return OnlyFinding(run.ToReport());
}

TEST(WordingTest, AnInversionNamesBothSides) {
  const Finding finding = FindingOf({bank::Transfer, bank::Audit});

  EXPECT_EQ(finding.kind, "lock-order-inversion");
  EXPECT_EQ(finding.level, "feasible");
  EXPECT_EQ(finding.title,
            "Possible deadlock: bank::Transfer() takes accounts then audit; bank::Audit() takes "
            "them the other way round");
  EXPECT_THAT(finding.explanation,
              AllOf(HasSubstr("Thread 2 (teller) held accounts, taken in bank::Transfer() at "
                              "bank.cc:"),
                    HasSubstr("thread 3 (teller) held audit, taken in bank::Audit() at bank.cc:"),
                    HasSubstr("did not happen in this run"), HasSubstr("\nTo fix: take these"),
                    HasSubstr("std::scoped_lock")));
  EXPECT_THAT(finding.threads, ElementsAre("thread 2 (teller)", "thread 3 (teller)"));
}

TEST(WordingTest, TheActorOfASplitOrderIsTheFunctionThatHasIt) {
  const Finding finding = FindingOf({bank::TransferWithHelper, bank::Audit});

  EXPECT_THAT(finding.title, HasSubstr("bank::TransferWithHelper() takes accounts then audit"));
  EXPECT_THAT(finding.edges[0].to_site.function,
              StartsWith("bank::(anonymous namespace)::TakeAudit"));
}

void BothWays(bank::Bank& bank) {
  bank::Lock(bank, bank.accounts);
  bank::Lock(bank, bank.audit);
  bank::Unlock(bank, bank.audit);
  bank::Unlock(bank, bank.accounts);
  bank::Lock(bank, bank.audit);
  bank::Lock(bank, bank.accounts);
  bank::Unlock(bank, bank.accounts);
  bank::Unlock(bank, bank.audit);
}

TEST(WordingTest, AFunctionThatContradictsItselfIsNamedOnce) {
  EXPECT_THAT(FindingOf({BothWays}).title,
              HasSubstr("BothWays() takes accounts then audit in one place, and the other way "
                        "round in another"));
}

TEST(WordingTest, ALongCycleTellsItsSteps) {
  const Finding finding = FindingOf({bank::Transfer, bank::Archive, bank::Restore});

  EXPECT_EQ(finding.title,
            "Possible deadlock over 3 locks: bank::Transfer() takes accounts then audit; "
            "bank::Archive() takes audit then archive; bank::Restore() takes archive then "
            "accounts");
}

TEST(WordingTest, ReadersAreCalledReaders) {
  const Finding finding = FindingOf({bank::ReadRates, bank::SetRates});

  EXPECT_THAT(finding.title, HasSubstr("bank::ReadRates() takes rates for reading then accounts"));
  EXPECT_THAT(finding.explanation, Not(HasSubstr("std::scoped_lock"))) << "it takes no read locks";
}

TEST(WordingTest, ALockWithSpacesInItsNameIsQuoted) {
  EXPECT_EQ(InSentence("g_audit", "write"), "g_audit");
  EXPECT_EQ(InSentence("i_pages lock", "write"), "\"i_pages lock\"");
  EXPECT_EQ(InSentence("vma->lock (read)", "read"), "\"vma->lock (read)\" for reading");
  EXPECT_EQ(InSentence("rates", "recursive-read"), "rates for reading");
}

// What is a wait and what a lock is asked of the class, whatever name the object has.
TEST(WordingTest, AWaitSaysWhoNeedsWhatBeforeItEnds) {
  const Finding finding = FindingOf({bank::WaitForVault, bank::OpenVault});
  const char* title =
      "Possible deadlock: bank::WaitForVault() waits for vault while holding accounts; "
      "bank::OpenVault() needs accounts before the wait for vault ends";

  EXPECT_EQ(finding.kind, "wait-while-holding");
  EXPECT_EQ(finding.title, title);

  Finding named = finding;
  for (FindingLock& lock : named.locks) lock.name = "g_bank";
  PutIntoWords({.kind = ViolationKind::kWaitWhileHolding}, &named);
  EXPECT_EQ(named.title, title);
}

TEST(WordingTest, TakingAHeldLockIsADeadlockWithItself) {
  const Finding finding = FindingOf({bank::DepositTwice});

  EXPECT_EQ(finding.kind, "recursive-lock");
  EXPECT_EQ(finding.level, "confirmed");
  EXPECT_EQ(finding.title,
            "Deadlock with itself: bank::DepositTwice() takes accounts while its thread already "
            "holds it");
  EXPECT_EQ(finding.locks.size(), 1u);
}

TEST(WordingTest, UpgradingAReadLockIsADeadlockWithItself) {
  const Finding finding = FindingOf({bank::Raise});

  EXPECT_THAT(finding.title, HasSubstr("already holds it for reading"));
  EXPECT_THAT(finding.explanation, AllOf(HasSubstr("waits for its own read lock to go"),
                                         HasSubstr("take the lock for writing from the start")));
}

TEST(WordingTest, TwoLocksOfAClassHaveNoOrder) {
  const Finding finding = FindingOf({bank::Move});

  EXPECT_EQ(finding.kind, "recursive-lock");
  EXPECT_EQ(finding.level, "feasible");
  EXPECT_EQ(finding.title,
            "Possible deadlock: bank::Move() takes accounts while its thread holds another lock "
            "of the same class");
  ASSERT_EQ(finding.locks.size(), 2u);
  EXPECT_NE(finding.locks[0].address, finding.locks[1].address);
}

TEST(WordingTest, AReaderThatReadsAgainCanMeetAWriter) {
  const Finding finding = FindingOf({bank::QuoteTwice});

  EXPECT_EQ(finding.kind, "read-recursion");
  EXPECT_EQ(finding.title,
            "Possible deadlock: bank::QuoteTwice() takes rates for reading while its thread "
            "already reads under it");
  EXPECT_THAT(finding.explanation, HasSubstr("A writer that queues up in between"));
}

TEST(WordingTest, AMissingNestLockIsNamed) {
  const Finding finding = FindingOf({bank::TakeNested});

  EXPECT_EQ(finding.kind, "nest-lock-missing");
  EXPECT_EQ(finding.title,
            "bank::TakeNested() takes accounts as nested under archive, but does not hold "
            "archive");
}

TEST(WordingTest, ReleasingWhatNobodyHolds) {
  const Finding finding = FindingOf({bank::ReleaseUnheld});

  EXPECT_EQ(finding.kind, "unlock-unheld");
  EXPECT_EQ(finding.title,
            "bank::ReleaseUnheld() releases accounts, which its thread does not hold");
  EXPECT_THAT(finding.explanation, HasSubstr("The thread held no lock."));
}

TEST(WordingTest, ReleasingWhatAnotherThreadHolds) {
  const Finding finding = FindingOf({bank::ForgetToRelease, bank::ReleaseUnheld});

  EXPECT_EQ(finding.kind, "unlock-by-other-thread");
  EXPECT_EQ(finding.title, "bank::ReleaseUnheld() releases accounts, which another thread holds");
  EXPECT_THAT(finding.explanation, HasSubstr("while thread 2 (teller) held it"));
}

TEST(WordingTest, DestroyingAHeldLock) {
  const Finding finding = FindingOf({bank::CloseBank});

  EXPECT_EQ(finding.kind, "held-lock-destroyed");
  EXPECT_EQ(finding.title, "bank::CloseBank() ends the life of accounts while its thread holds it");
  EXPECT_THAT(finding.explanation, HasSubstr("taken in bank::CloseBank() at bank.cc:"));
}

TEST(WordingTest, EndingWithALockHeld) {
  RecordedRun run;
  bank::ForgetToRelease(run.bank());
  run.validator().ReportHeld(*run.bank().thread, ViolationKind::kHeldAtExit);

  const Finding finding = OnlyFinding(run.ToReport());

  EXPECT_EQ(finding.kind, "held-at-exit");
  EXPECT_EQ(finding.title,
            "A thread ends while it holds accounts, taken in bank::ForgetToRelease()");
  EXPECT_THAT(finding.explanation, HasSubstr("Thread 1 (main) ended with accounts held"));
}

TEST(WordingTest, ABrokenDeclarationIsQuoted) {
  const DeclaredArc arcs[] = {{"accounts", "audit", "bank.order:3: accounts -> audit  # report"}};

  const Finding finding = FindingOf({bank::Audit}, arcs);

  EXPECT_EQ(finding.kind, "declared-order-violation");
  EXPECT_EQ(finding.title,
            "bank::Audit() takes accounts while holding audit, against the declared order: "
            "\"bank.order:3: accounts -> audit  # report\"");
  ASSERT_EQ(finding.edges.size(), 2u);
  EXPECT_EQ(finding.edges[0].thread, "");
  EXPECT_EQ(finding.edges[0].declaration, "bank.order:3: accounts -> audit  # report");
  EXPECT_EQ(finding.edges[1].declaration, "");
  EXPECT_THAT(finding.explanation, HasSubstr("change its line"));
}

TEST(WordingTest, ADeclarationIsQuotedEvenIfSomebodyKeepsToIt) {
  const DeclaredArc arcs[] = {{"accounts", "audit", "bank.order:3: accounts -> audit"}};

  const Finding finding = FindingOf({bank::Transfer, bank::Audit}, arcs);

  EXPECT_EQ(finding.kind, "declared-order-violation");
  EXPECT_THAT(finding.title, HasSubstr("\"bank.order:3: accounts -> audit\""));
  EXPECT_THAT(finding.explanation, HasSubstr("Thread 2 (teller) held accounts"));
}

TEST(WordingTest, AnUnprotectedAccessSaysWhatWasHeldAndTheRule) {
  const Finding finding = FindingOf({bank::WriteBalance});

  EXPECT_EQ(finding.kind, "unprotected-access");
  EXPECT_EQ(finding.title,
            "Unprotected access: bank::WriteBalance() touches account->balance while holding "
            "rates for reading");
  EXPECT_THAT(finding.explanation,
              HasSubstr("The rule: a write needs accounts:write (bank.h, struct Bank)."));
}

TEST(WordingTest, AnInvalidLockStateSaysWhatWasHeldAndTheRule) {
  const Finding finding = FindingOf({bank::StartAudit});

  EXPECT_EQ(finding.kind, "invalid-lock-state");
  EXPECT_EQ(finding.title,
            "Broken locking rule: bank::StartAudit() uses start_audit while holding no lock");
  EXPECT_THAT(finding.explanation, HasSubstr("B-1: accounts must be held"));
}

TEST(WordingTest, EveryKindHasATitleAFixAndAWayToSuppressIt) {
  int kinds = 0;
#define LOCKDEP_X(name, text)                                                                  \
  for (const Level level : {Level::kFeasible, Level::kConfirmed}) {                            \
    Finding finding{.fingerprint = "0123456789abcdef"};                                        \
    finding.edges = {{.from = "A", .to = "B"}, {.from = "B", .to = "A"}};                      \
    PutIntoWords({.kind = ViolationKind::name, .level = level, .lock = "A"}, &finding);        \
    EXPECT_THAT(finding.title, MatchesRegex(".{10,}")) << text;                                \
    EXPECT_THAT(finding.explanation, MatchesRegex(".{10,}\nTo fix: .{10,}\\.\nTo suppress.+")) \
        << text;                                                                               \
    EXPECT_THAT(finding.explanation, HasSubstr("0123456789abcdef")) << text;                   \
    ++kinds;                                                                                   \
  }
  LOCKDEP_VIOLATION_KINDS(LOCKDEP_X)
#undef LOCKDEP_X
  EXPECT_GE(kinds, 22);
}

TEST(WordingTest, WhatARunRulesOutIsNotSaidToBePossibleInIt) {
  for (const ViolationKind kind :
       {ViolationKind::kLockOrderInversion, ViolationKind::kWaitWhileHolding}) {
    Finding finding = FindingOf({bank::Transfer, bank::Audit});

    PutIntoWords({.kind = kind, .level = Level::kNote}, &finding);

    EXPECT_THAT(finding.explanation, AllOf(HasSubstr("something that was seen rules it out there"),
                                           Not(HasSubstr("with other timing"))));
  }
}

TEST(WordingTest, AFindingWithoutItsEdgesIsStillSaid) {
  Finding finding;

  PutIntoWords({.kind = ViolationKind::kRecursiveLock}, &finding);

  EXPECT_EQ(finding.title, "recursive-lock in unknown code");
}

TEST(WordingTest, ALockThatAHandlerTakesAndItsVictimHolds) {
  const Finding finding = FindingOf({bank::Deposit, bank::HandleSignal});

  EXPECT_EQ(finding.kind, "inconsistent-context");
  EXPECT_EQ(finding.title,
            "Possible deadlock: bank::HandleSignal() takes accounts in SIGUSR1, and "
            "bank::Deposit() holds it where SIGUSR1 can interrupt");
  EXPECT_THAT(finding.explanation,
              AllOf(HasSubstr("In SIGUSR1, thread 3 (teller) took accounts in "
                              "bank::HandleSignal() at bank.cc:"),
                    HasSubstr("while SIGUSR1 could interrupt it, thread 2 (teller) took accounts "
                              "in bank::Deposit() at bank.cc:"),
                    HasSubstr("waits for the code that it interrupted"),
                    HasSubstr("\nTo fix: mask SIGUSR1 wherever accounts is held")));
  EXPECT_EQ(finding.context, "SIGUSR1");
  ASSERT_EQ(finding.usages.size(), 2u);
  EXPECT_EQ(finding.usages[0].how, "used");
  EXPECT_EQ(finding.usages[1].how, "enabled");
  EXPECT_THAT(finding.threads, ElementsAre("thread 3 (teller)", "thread 2 (teller)"));
}

TEST(WordingTest, AHandlerThatWaitsForAnotherThreadsLock) {
  const Finding finding = FindingOf({bank::Deposit, bank::HandleAudit, bank::AuditMasked});

  EXPECT_EQ(finding.kind, "context-inversion");
  EXPECT_EQ(finding.title,
            "Possible deadlock: bank::HandleAudit() takes audit in SIGUSR1, bank::Deposit() holds "
            "accounts where SIGUSR1 can interrupt, and elsewhere audit is held while waiting for "
            "accounts");
  EXPECT_THAT(finding.explanation,
              AllOf(HasSubstr("Thread 4 (teller) held audit, taken in bank::Audit() at bank.cc:"),
                    HasSubstr("and took accounts in bank::Audit()"),
                    HasSubstr("\nTo fix: mask SIGUSR1 wherever accounts is held")));
  ASSERT_EQ(finding.edges.size(), 1u);
  EXPECT_EQ(finding.locks.size(), 2u);
}

TEST(WordingTest, ContextFindingsAreToldApartByTheirFunctions) {
  EXPECT_NE(FindingOf({bank::Deposit, bank::HandleSignal}).fingerprint,
            FindingOf({bank::CountMoney, bank::HandleAudit}).fingerprint);
  EXPECT_EQ(FindingOf({bank::Deposit, bank::HandleSignal}).fingerprint,
            FindingOf({bank::HandleSignal, bank::Deposit}).fingerprint);
}

TEST(WordingTest, ALockThatSleepsUnderOneThatSpins) {
  const Finding finding = FindingOf({bank::QuoteAndDeposit});

  EXPECT_EQ(finding.kind, "invalid-wait-context");
  EXPECT_EQ(finding.title,
            "bank::QuoteAndDeposit() takes accounts, which may sleep, but under rates only what "
            "spins on every kernel may be taken");
  EXPECT_THAT(finding.explanation, HasSubstr("\nTo fix: take the lock that waits longer first"));
}

TEST(WordingTest, SleepingUnderALockThatSpins) {
  const Finding finding = FindingOf({bank::QuoteAndSleep});

  EXPECT_EQ(finding.kind, "invalid-wait-context");
  EXPECT_EQ(finding.level, "confirmed");
  EXPECT_THAT(finding.title, HasSubstr("waits in a way that may sleep but under rates only"));
}

TEST(WordingTest, APinnedLockThatIsReleased) {
  const Finding finding = FindingOf({bank::PinAndRelease});

  EXPECT_EQ(finding.kind, "pin-violated");
  EXPECT_THAT(finding.title, HasSubstr("PinAndRelease() breaks the pin of accounts: a pinned lock "
                                       "is not released"));
}

TEST(WordingTest, ALockHeldOnTheWayToUserSpace) {
  const Finding finding = FindingOf({bank::LeaveHolding});

  EXPECT_EQ(finding.kind, "held-at-exit");
  EXPECT_THAT(finding.title, StartsWith("A thread goes on in user space while it holds accounts"));
}

}  // namespace
}  // namespace lockdep::report
