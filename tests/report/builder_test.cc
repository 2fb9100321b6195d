#include "lockdep/report/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "lockdep/report/frames.h"
#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

TEST(BuilderTest, ARunBecomesItsSubjectCoverageAndGraph) {
  RecordedRun run("bank --tellers 2");
  bank::Transfer(run.bank());
  run.SwitchTo("auditor");
  bank::ReadRates(run.bank());
  run.recorder().AddUnobserved("Locks inside libc are not seen.");

  const Report report = run.ToReport();

  EXPECT_EQ(report.subject.command, "bank --tellers 2");
  EXPECT_EQ(report.subject.pid, getpid());
  EXPECT_FALSE(report.subject.exit_status.has_value());
  EXPECT_EQ(report.coverage.lock_operations, 4u);
  EXPECT_EQ(report.coverage.classes, 3u);
  EXPECT_EQ(report.coverage.dependencies, 2u);
  EXPECT_EQ(report.coverage.threads, 2u);
  EXPECT_THAT(report.coverage.unobserved, ElementsAre("Locks inside libc are not seen."));
  EXPECT_THAT(report.runs, SizeIs(1));
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.classes,
              Contains(ClassRow{.name = "rates", .kind = "rwlock", .order_name = "rates"}));
  ASSERT_THAT(report.dependencies, SizeIs(2));
  const DependencyRow& row = report.dependencies[1];
  EXPECT_EQ(row.from, "rates");
  EXPECT_EQ(row.to, "accounts");
  EXPECT_THAT(row.kinds, ElementsAre("SN"));
  EXPECT_EQ(row.thread, "thread 2 (auditor)");
  EXPECT_EQ(row.to_site.function, "bank::ReadRates(bank::Bank&)");
}

// What the engine said is data, not only words.
TEST(BuilderTest, AFindingSaysWhatItsThreadHeldAndWhere) {
  RecordedRun run;
  bank::Deposit(run.bank());
  bank::HandleSignal(run.bank());
  bank::WriteBalance(run.bank());

  const Report report = run.ToReport();

  ASSERT_THAT(report.findings, SizeIs(2));
  const Finding& rule = report.findings[0];
  EXPECT_EQ(rule.thread, "thread 1 (main)");
  ASSERT_THAT(rule.held, SizeIs(1));
  EXPECT_EQ(rule.held[0].class_name, "rates");
  EXPECT_EQ(rule.held[0].mode, "read");
  EXPECT_EQ(SiteOf(rule.held[0].taken_at).function, "bank::WriteBalance(bank::Bank&)");
  EXPECT_EQ(rule.subject, "account->balance");
  EXPECT_THAT(rule.rule, HasSubstr("a write needs accounts:write"));
  EXPECT_THAT(rule.running_in, IsEmpty());
  const Finding& interrupted = report.findings[1];
  EXPECT_THAT(interrupted.running_in, ElementsAre("SIGUSR1"));
  EXPECT_THAT(interrupted.held, IsEmpty());
}

TEST(BuilderTest, AnEdgeNamesBothLocksAndAClassHowItIsUsed) {
  RecordedRun run;
  bank::Deposit(run.bank());
  bank::Transfer(run.bank());
  bank::Audit(run.bank());

  const Report report = run.ToReport();

  const Finding finding = OnlyFinding(report);
  EXPECT_EQ(finding.edges[0].from_address, finding.edges[1].to_address);
  EXPECT_NE(finding.edges[0].from_address, finding.edges[0].to_address);
  ASSERT_FALSE(report.classes.empty());
  EXPECT_THAT(report.classes[0].usages, ElementsAre(ClassUsage{"SIGUSR1", "enabled", "write"}));
}

TEST(BuilderTest, AWaitIsAWordOfTheFinding) {
  RecordedRun run;
  bank::QuoteAndSleep(run.bank());

  const Finding finding = OnlyFinding(run.ToReport());

  EXPECT_EQ(finding.wait, "sleep");
  EXPECT_EQ(finding.wait_limit, "spin");
}

TEST(BuilderTest, ADependencyListsEveryKindOnceInOrder) {
  RecordedRun run;
  bank::Bank& bank = run.bank();
  for (const ReadMode mode : {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRead}) {
    bank::Lock(bank, bank.rates, mode);
    bank::Lock(bank, bank.accounts);
    bank::Unlock(bank, bank.accounts);
    bank::Unlock(bank, bank.rates);
  }

  EXPECT_THAT(run.ToReport().dependencies,
              ElementsAre(Field(&DependencyRow::kinds, ElementsAre("SN", "EN"))));
}

TEST(BuilderTest, ADeclaredArcIsARowWithoutKinds) {
  const DeclaredArc arcs[] = {{"accounts", "audit", "bank.order:3: accounts -> audit"}};
  RecordedRun run("bank", arcs);
  bank::Lock(run.bank(), run.bank().accounts);
  bank::Unlock(run.bank(), run.bank().accounts);
  bank::Lock(run.bank(), run.bank().audit);
  bank::Unlock(run.bank(), run.bank().audit);

  const Report report = run.ToReport();

  ASSERT_THAT(report.dependencies, SizeIs(1));
  EXPECT_THAT(report.dependencies[0].kinds, IsEmpty());
  EXPECT_EQ(report.dependencies[0].declaration, "bank.order:3: accounts -> audit");
  EXPECT_EQ(report.coverage.dependencies, 0u);
}

TEST(BuilderTest, AnEdgeHasSitesAndWholeStacksOnBothSides) {
  RecordedRun run;
  bank::TransferWithHelper(run.bank());
  run.SwitchTo("auditor");
  bank::Audit(run.bank());

  const Finding finding = OnlyFinding(run.ToReport());

  ASSERT_THAT(finding.edges, SizeIs(2));
  const FindingEdge& edge = finding.edges[0];
  EXPECT_EQ(edge.from_site.function, "bank::TransferWithHelper(bank::Bank&)");
  EXPECT_THAT(edge.from_site.file, EndsWith("bank.cc"));
  EXPECT_LT(edge.from_site.line, edge.to_site.line + 100);
  EXPECT_THAT(edge.to_stack[0].function, HasSubstr("TakeAudit"));
  EXPECT_EQ(edge.to_stack[1].function, "bank::TransferWithHelper(bank::Bank&)");
  EXPECT_THAT(edge.from_stack, Contains(Field(&Frame::function, "main")));
  EXPECT_THAT(finding.locks, SizeIs(2));
  EXPECT_THAT(finding.locks[0].address, MatchesRegex("0x[0-9a-f]+"));
  EXPECT_EQ(finding.locks[0].mode, "write");
  EXPECT_EQ(finding.run, "prog");
}

std::string FingerprintOf(bank::Bank& bank, RecordedRun& run, void (*first)(bank::Bank&),
                          void (*second)(bank::Bank&)) {
  first(bank);
  run.SwitchTo("second");
  second(bank);
  return OnlyFinding(run.ToReport()).fingerprint;
}

TEST(BuilderTest, TheFingerprintDoesNotDependOnTheOrderOfEvents) {
  RecordedRun one;
  RecordedRun two("another command");
  RecordedRun three;
  two.SwitchTo("extra");
  two.SwitchTo("threads");

  const std::string fingerprint = FingerprintOf(one.bank(), one, bank::Transfer, bank::Audit);

  EXPECT_THAT(fingerprint, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(FingerprintOf(two.bank(), two, bank::Audit, bank::Transfer), fingerprint);
  EXPECT_NE(FingerprintOf(three.bank(), three, bank::TransferWithHelper, bank::Audit), fingerprint);
}

// The second handler of a signal is named with its place, as each build has it elsewhere.
TEST(BuilderTest, TheFingerprintDoesNotDependOnWhereAHandlerIs) {
  RecordedRun run;
  bank::HandleSignal(run.bank());
  bank::Deposit(run.bank());
  record::Recording recording = *record::ReadRecording(run.Finish());
  const auto fingerprint_in = [&](const std::string& context) {
    recording.violations.at(0).context = context;
    return ReportBuilder().Build(recording).findings.at(0).fingerprint;
  };

  const std::string fingerprint = fingerprint_in("SIGUSR1 (server+0x1130)");

  EXPECT_EQ(fingerprint_in("SIGUSR1 (server+0x2240)"), fingerprint);
  EXPECT_NE(fingerprint_in("SIGUSR2 (server+0x1130)"), fingerprint);
}

TEST(BuilderTest, ARecordingWithoutItsEndSaysSo) {
  RecordedRun run;
  bank::Transfer(run.bank());
  run.recorder().Close();

  const Report report = run.ToReport();

  EXPECT_THAT(report.coverage.unobserved,
              ElementsAre(AllOf(HasSubstr("did not end in an orderly way"),
                                HasSubstr(std::to_string(getpid())))));
}

TEST(BuilderTest, AStoppedValidationSaysSo) {
  RecordedRun run;
  run.validator().Stop("out of memory");

  EXPECT_THAT(run.ToReport().coverage.unobserved,
              ElementsAre(HasSubstr("Validation stopped before the end")));
}

TEST(BuilderTest, FramesOfThePreloadLibraryAreInNoStack) {
  record::Recording recording;
  recording.modules = {{0x1000, 0x2000, 0, "", "/x/liblockdep_preload.so"},
                       {0x3000, 0x4000, 0, "", "/x/program"}};
  // A hook, the program, the hooks' start of a thread, the program's start of it.
  recording.stacks = {{StackId{1}, {{0x1010, 0}, {0x3010, 1}, {0x1020, 0}, {0x3020, 1}}}};
  recording.stack_index = {{StackId{1}, 0}};
  recording.violations = {{.kind = ViolationKind::kUnlockUnheld, .stack = StackId{1}}};

  const Finding finding = OnlyFinding(ReportBuilder().Build(recording));

  EXPECT_THAT(finding.stack, AllOf(SizeIs(2), Each(Field(&Frame::module, "/x/program"))));
}

TEST(BuilderTest, BytesThatAreNoTextBecomeText) {
  RecordedRun run("bad \xff name");

  EXPECT_EQ(run.ToReport().subject.command, "bad \uFFFD name");
}

Frame In(const std::string& function, int line = 1) {
  return {.function = function, .file = "f.cc", .line = line, .module = "/bin/p"};
}

TEST(FramesTest, TheSiteIsTheFirstFrameOutsideOfWrappers) {
  const Frame preload = {.function = "pthread_mutex_lock", .module = "/x/liblockdep_preload.so"};

  EXPECT_EQ(SiteOf({preload, In("std::mutex::lock()"), In("transfer()"), In("main")}),
            In("transfer()"));
  EXPECT_EQ(SiteOf({In("std::mutex::lock()")}), In("std::mutex::lock()"));
  EXPECT_EQ(SiteOf({}), Frame{});
}

TEST(FramesTest, TheActorIsTheInnermostFunctionActiveInBothAcquisitions) {
  FindingEdge edge;
  edge.from_stack = {In("take()"), In("transfer()", 5), In("main", 9)};
  edge.to_stack = {In("take()"), In("log()"), In("transfer()", 6), In("main", 9)};
  edge.to_site = In("take()");
  EXPECT_EQ(ActorOf(edge).function, "transfer()");

  for (Frame& frame : edge.from_stack) frame.offset = 0x10;  // All inlined into one function.
  for (Frame& frame : edge.to_stack) frame.offset = 0x20;
  EXPECT_EQ(ActorOf(edge).function, "transfer()");

  edge.to_stack = {In("take()"), In("audit()", 6), In("main", 10)};
  EXPECT_EQ(ActorOf(edge).function, "main");

  edge.to_stack = {In("take()")};
  edge.from_stack = {};
  EXPECT_EQ(ActorOf(edge).function, "take()") << "no common frame: where the second was taken";
}

TEST(FramesTest, PlacesAreSaidAsFarAsTheyAreKnown) {
  EXPECT_EQ(InPlace(In("a::transfer(int)", 42)), "in a::transfer() at f.cc:42");
  EXPECT_EQ(InPlace({.function = "f()", .module = "/l/lib.so", .offset = 16}), "in f()");
  EXPECT_EQ(InPlace({.module = "/l/lib.so", .offset = 16}), "at lib.so+0x10");
  EXPECT_EQ(InPlace({.offset = 16}), "at 0x10");
  EXPECT_EQ(InPlace({}), "in unknown code");
  EXPECT_EQ(Who({}), "unknown code");
  EXPECT_EQ(Who({.module = "/l/lib.so", .offset = 16}), "code at lib.so+0x10");
}

}  // namespace
}  // namespace lockdep::report
