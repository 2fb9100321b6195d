#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lockdep/report/render.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Report OpenFinding() {
  Report report = SampleReport();
  report.findings[0].suppressed_by.reset();
  return report;
}

TEST(TextTest, AFindingLooksLikeThis) {
  EXPECT_EQ(
      RenderText(OpenFinding(), {}),
      R"(Possible deadlock: transfer() takes accounts then audit; audit() takes them the other way round
  [lock-order-inversion, feasible, 0123456789abcdef]
  Level because of: gate-lock: outer
    one outer lock was held around every one of these orders
  thread 1 (teller): accounts -> audit
    accounts taken in transfer() at bank.cc:40
      #0 transfer()  /src/bank/bank.cc:40
      #1 main()  /src/bank/bank.cc:90
    audit (read) taken in transfer() at bank.cc:41
      #0 transfer()  /src/bank/bank.cc:41
      #1 main()  /src/bank/bank.cc:90
  Declared: audit -> accounts
    bank.order:3: audit -> accounts
  thread 1 (teller) of bank (process 12): audit -> accounts
    audit taken in audit() at bank.cc:50
      #0 audit()  /src/bank/bank.cc:50
      #1 main()  /src/bank/bank.cc:90
    accounts (read) taken in audit() at bank.cc:51
      #0 audit()  /src/bank/bank.cc:51
      #1 main()  /src/bank/bank.cc:90
  How.
  To fix: do.
  To suppress: put.
  Found in: bank --tellers 2

lockdep: 1 finding in `bank --tellers 2`.
Observed: 1,234,567 lock operations on 1 lock of 2 classes, 2 dependencies, 5 chains, 3 threads, 1 process.
Not observed: Locks inside libc are not seen.
)");
}

TEST(TextTest, WhoHasEndedWaitsForNothing) {
  Report report = OpenFinding();
  FindingEdge& edge = report.findings[0].edges[0];
  edge.to = edge.from;
  edge.to_site = {};
  edge.to_stack = {};
  EXPECT_THAT(RenderText(report, {}), HasSubstr("  thread 1 (teller), which has ended:\n"
                                                "    accounts taken in transfer() at bank.cc:40\n"
                                                "      #0 transfer()  /src/bank/bank.cc:40\n"
                                                "      #1 main()  /src/bank/bank.cc:90\n"
                                                "  Declared: audit"));
}

TEST(TextTest, WhoOnlyWaitsTookNothing) {
  Report report = OpenFinding();
  FindingEdge& edge = report.findings[0].edges[0];
  edge.from = edge.to;
  edge.from_site = {};
  edge.from_stack.clear();
  EXPECT_THAT(RenderText(report, {}),
              AllOf(HasSubstr("  thread 1 (teller):\n"
                              "    audit (read) waited for in transfer() at bank.cc:41\n"),
                    Not(HasSubstr("unknown code"))));
}

TEST(TextTest, OfASuppressedFindingOnlyTheTitleIsLeft) {
  EXPECT_THAT(RenderText(SampleReport(), {}),
              StartsWith("Possible deadlock: transfer() takes accounts then audit; audit() takes "
                         "them the other way round\n"
                         "  [lock-order-inversion, feasible, 0123456789abcdef]\n"
                         "  Level because of: gate-lock: outer\n"
                         "  Suppressed by ci/locks.baseline:7\n"
                         "\n"
                         "lockdep: no findings (and 1 suppressed)"));
}

TEST(TextTest, WithoutStacksOnlyTheSitesAreLeft) {
  const std::string text = RenderText(OpenFinding(), {.stacks = false});

  EXPECT_THAT(text, HasSubstr("accounts taken in transfer() at bank.cc:40\n"));
  EXPECT_THAT(text, Not(HasSubstr("#0")));
}

TEST(TextTest, OfManyABriefReportShowsTheWorstAndTheEndsOfCycles) {
  Report report = OpenFinding();
  Finding& finding = report.findings[0];
  finding.edges.assign(100, finding.edges[0]);
  for (size_t i = 0; i < 100; ++i) finding.edges[i].from = "lock" + std::to_string(i);
  report.findings.assign(50, finding);

  const std::string brief = RenderText(report, {.brief = true});
  EXPECT_THAT(brief, AllOf(HasSubstr("lock7 -> "), HasSubstr("... and 84 steps more"),
                           Not(HasSubstr("lock8 -> ")), Not(HasSubstr("lock91 -> ")),
                           HasSubstr("lock92 -> "), HasSubstr("lock99 -> "),
                           HasSubstr("... and 30 findings more"), HasSubstr("50 findings in")));
  EXPECT_THAT(RenderText(report, {}),
              AllOf(HasSubstr("lock8 -> "), HasSubstr("lock91 -> "), Not(HasSubstr(" more;"))));
}

TEST(TextTest, ACleanReportIsThreeLines) {
  Report report = SampleReport();
  report.findings.clear();

  EXPECT_EQ(RenderText(report, {}),
            "lockdep: no findings in `bank --tellers 2`.\n"
            "Observed: 1,234,567 lock operations on 1 lock of 2 classes, 2 dependencies, 5 "
            "chains, 3 threads, 1 process.\n"
            "Not observed: Locks inside libc are not seen.\n");
}

TEST(TextTest, ARunThatSawNothingProvesNothing) {
  EXPECT_THAT(RenderText(Report(), {}),
              StartsWith("lockdep: no findings, but no lock operation was observed in this "
                         "recording: this proves nothing.\n"));
}

TEST(TextTest, FindingsAreCounted) {
  EXPECT_THAT(RenderText(OpenFinding(), {}), HasSubstr("lockdep: 1 finding in"));
}

Report SingleEvent() {
  Report report = OpenFinding();
  Finding& finding = report.findings[0];
  finding.kind = "unlock-unheld";
  finding.level = "confirmed";
  finding.edges.clear();
  finding.reasons.clear();
  return report;
}

TEST(TextTest, AnEventWithoutEdgesShowsItsStackAndItsLocks) {
  const std::string text = RenderText(SingleEvent(), {});

  EXPECT_THAT(text, HasSubstr("  thread 1 (teller) in audit() at bank.cc:51\n"
                              "      #0 audit()  /src/bank/bank.cc:51\n"
                              "  Locks:\n"
                              "    accounts (mutex, g_bank+8, at 0x7f0000001000) taken in "
                              "transfer() at bank.cc:40\n"));
  EXPECT_THAT(text, HasSubstr("initialised in Bank::Bank() at bank.cc:12\n"));
}

TEST(TextTest, HowAThreadStartsIsLeftOut) {
  Report report = SingleEvent();
  report.findings[0].stack = {SampleFrame("audit", 51),
                              {.function = "std::thread::_State_impl<X>::_M_run()"},
                              {.module = "/lib/libstdc++.so.6"},
                              {.function = "start_thread"},
                              {.function = "clone3"}};

  EXPECT_THAT(RenderText(report, {}), HasSubstr("#0 audit()  /src/bank/bank.cc:51\n  Locks:"));
}

TEST(TextTest, HowALibraryTakesALockIsLeftOut) {
  Report report = SingleEvent();
  report.findings[0].stack = {SampleFrame("std::mutex::lock", 1), SampleFrame("audit", 51)};

  EXPECT_THAT(RenderText(report, {}), HasSubstr("      #0 audit()  /src/bank/bank.cc:51\n"));
}

TEST(TextTest, NamesCannotActOnTheTerminal) {
  Report report = OpenFinding();
  const std::string name = HostileName();
  report.subject.command = name;
  report.coverage.unobserved = {name};
  Finding& finding = report.findings[0];
  finding.title = finding.kind = finding.level = finding.run = finding.fingerprint = name;
  finding.reasons = {name};
  finding.explanation = "a\033[2J" + name;
  for (FindingEdge& edge : finding.edges) {
    edge.from = edge.to = edge.thread = edge.from_mode = edge.to_mode = edge.declaration = name;
    edge.from_site.function = edge.to_site.file = edge.from_stack[0].function = name;
  }
  Finding event = finding;
  event.edges.clear();
  event.threads = {name};
  FindingLock& lock = event.locks[0];
  lock.class_name = lock.name = lock.kind = lock.mode = lock.address = name;
  report.findings.push_back(event);
  report.findings.push_back(event);
  report.findings.back().suppressed_by = name;

  const std::string text = RenderText(report, {});

  for (const char* active : {"\033", "\r", "\t", "\u202e", "\x7f"}) {
    EXPECT_THAT(text, Not(HasSubstr(active)));
  }
  EXPECT_THAT(text, HasSubstr("\\x1b[31m"));
  EXPECT_THAT(text, HasSubstr("\\u{202e}"));
}

TEST(TextTest, ColourIsOnlyThereIfAskedFor) {
  const Report report = SampleReport();

  EXPECT_THAT(RenderText(report, {.color = true}), StartsWith("\033[1;33mPossible deadlock"));
  EXPECT_THAT(RenderText(SingleEvent(), {.color = true}), StartsWith("\033[1;31m"));
  EXPECT_THAT(RenderText(report, {.color = false}), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace lockdep::report
