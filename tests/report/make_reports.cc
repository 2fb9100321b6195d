// Writes JSON reports of every sort into a directory, for the schema to judge.

#include <cstdio>
#include <string>
#include <vector>

#include "lockdep/report/render.h"
#include "lockdep/report/report.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

constexpr DeclaredArc kArcs[] = {{"archive", "rates", "bank.order:1: archive -> rates"}};

void BreakDeclaration(bank::Bank& bank) {
  bank::Lock(bank, bank.rates);
  bank::Lock(bank, bank.archive);
  bank::Unlock(bank, bank.archive);
  bank::Unlock(bank, bank.rates);
}

// Mistakes that only a host can know of.
void BreakRulesOfTheHost(bank::Bank& bank) {
  for (const ViolationKind kind :
       {ViolationKind::kPageTableRule, ViolationKind::kUndeclaredDependency,
        ViolationKind::kDeadlock, ViolationKind::kModelCorruption, ViolationKind::kRcuUsage}) {
    bank.validator.ReportRule(*bank.thread, kind, &bank.accounts, "the ledger",
                              "nobody writes it alone", {});
  }
}

// Every mistake that the bank can make, in one run.
Report EveryKind() {
  RecordedRun run("bank --all", kArcs);
  for (const auto step :
       {bank::Transfer, bank::Audit, bank::DepositTwice, bank::Move, bank::QuoteTwice,
        bank::TakeNested, bank::ReleaseUnheld, bank::CloseBank, bank::WriteBalance,
        bank::StartAudit, BreakDeclaration, BreakRulesOfTheHost, bank::ForgetToRelease}) {
    run.SwitchTo("teller");
    step(run.bank());
  }
  run.validator().ReportHeld(*run.bank().thread, ViolationKind::kHeldAtExit);
  run.SwitchTo("thief");
  bank::ReleaseUnheld(run.bank());
  return run.ToReport();
}

// What is about contexts and wait types.
Report Contexts() {
  RecordedRun run("bank --contexts");
  for (const auto step :
       {bank::QuoteAndSleep, bank::Deposit, bank::HandleSignal, bank::PinAndRelease}) {
    step(run.bank());
  }
  return run.ToReport();
}

Report Hostile() {
  Report report = SampleReport();
  report.subject.command = report.findings[0].title = report.classes[0].name = HostileName();
  report.findings[0].edges[0].from_site.function = HostileName() + "\xff";
  return report;
}

int Write(const std::string& directory) {
  WriteBytes(directory + "/every_kind.json", RenderJson(EveryKind()));
  WriteBytes(directory + "/contexts.json", RenderJson(Contexts()));
  WriteBytes(directory + "/sample.json", RenderJson(SampleReport()));
  WriteBytes(directory + "/hostile.json", RenderJson(Hostile()));
  WriteBytes(directory + "/empty.json", RenderJson(Report()));
  return 0;
}

}  // namespace
}  // namespace lockdep::report

int main(int argc, char** argv) {
  if (argc == 2) return lockdep::report::Write(argv[1]);
  std::fprintf(stderr, "usage: make_reports DIRECTORY\n");
  return 2;
}
