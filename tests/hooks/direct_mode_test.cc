// The library without `lockdep run`: options from the environment, and the
// report made at the end of the process.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class DirectModeTest : public testing::Test {
 protected:
  DirectModeTest() {
    // Stands for the lockdep command: says how it was called, and by which environment.
    WriteScript("tool",
                "#!/bin/sh\n"
                "echo \"tool: $*; preload=$LD_PRELOAD; options=$LOCKDEP_OPTIONS\"\n"
                "[ \"$3\" != -o ] || echo report > \"$4\"\n");
    WriteScript("broken_tool", "#!/bin/sh\nexit 3\n");
  }

  void WriteScript(const std::string& name, const std::string& text) {
    std::ofstream(Path(name)) << text;
    chmod(Path(name).c_str(), 0700);
  }

  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }

  // Recordings that nobody asked for go to a directory of the test's.
  ProgramRun Run(const Arguments& arguments, const std::string& options) {
    return RunProgram(arguments, {PreloadVariable(), "TMPDIR=" + temporary_.path(),
                                  "LOCKDEP_OPTIONS=" + options});
  }

  std::string Tool() const { return "tool=" + Path("tool"); }

  TemporaryDirectory directory_;
  TemporaryDirectory temporary_;
};

TEST_F(DirectModeTest, FindingIsReportedOnStandardErrorAndChangesTheExitCode) {
  const ProgramRun run = Run({"mutex", "inversion"}, Tool());

  EXPECT_EQ(run.exit_code, 66);
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_THAT(run.errors, StartsWith("tool: report " + temporary_.path() + "/lockdep."));
  EXPECT_THAT(run.errors, HasSubstr("preload=; options=\n"));
}

TEST_F(DirectModeTest, WhatIsSuppressedDoesNotCount) {
  std::ofstream(Path("s")) << "kind=lock-order-inversion reason=known\n";
  const std::string options = "suppressions=" + Path("s");
  const ProgramRun silent = Run({"mutex", "inversion"}, options);
  EXPECT_EQ(silent.exit_code, 0);
  EXPECT_EQ(silent.errors, "");
  EXPECT_THAT(temporary_.Files(), IsEmpty());

  const ProgramRun reported =
      Run({"mutex", "inversion"}, options + ":report=" + Path("report.json"));
  EXPECT_EQ(reported.exit_code, 0);
  EXPECT_THAT(Contents(Path("report.json")), HasSubstr("\"suppressed_by\": \"" + Path("s")));

  const ProgramRun other = Run({"mutex", "destroy_held"}, options);
  EXPECT_EQ(other.exit_code, 66);
  EXPECT_THAT(other.errors, HasSubstr("held-lock-destroyed"));
}

TEST_F(DirectModeTest, AnOrderIsHeldAgainstTheRun) {
  std::ofstream(Path("o.order")) << "b -> a  # house rule\n";
  const std::string options = "order=" + Path("o.order");
  const ProgramRun run = Run({"mutex", "same_order"}, options);
  EXPECT_EQ(run.exit_code, 66);
  EXPECT_THAT(run.errors, HasSubstr("declared-order-violation"));
  EXPECT_THAT(run.errors, HasSubstr("o.order:1"));

  std::ofstream(Path("other.order")) << "a -> b\n";
  const ProgramRun obeyed = Run({"mutex", "same_order"}, "order=" + Path("other.order"));
  EXPECT_EQ(obeyed.exit_code, 0);
  EXPECT_EQ(obeyed.errors, "");
}

TEST_F(DirectModeTest, FilesThatCannotBeReadAreToldAndTheProgramRuns) {
  for (const std::string name : {"suppressions", "order"}) {
    const ProgramRun run = Run({"mutex", "same_order"}, name + "=/no/such/file");
    EXPECT_THAT(run.errors, StartsWith("lockdep: LOCKDEP_OPTIONS: '" + name +
                                       "=/no/such/file': No such file or directory; it is "
                                       "ignored\n"));
  }
  std::ofstream(Path("s")) << "what\n";
  const ProgramRun run = Run({"mutex", "inversion"}, "suppressions=" + Path("s"));
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_EQ(run.exit_code, 66) << "nothing is suppressed";
  EXPECT_THAT(run.errors, StartsWith("lockdep: " + Path("s") + ":1: "));
  EXPECT_THAT(run.errors, HasSubstr("the report could not be made"));
}

TEST_F(DirectModeTest, LockdepCommandBesideTheLibraryMakesTheReport) {
  const ProgramRun run = Run({"mutex", "inversion"}, "");

  EXPECT_EQ(run.exit_code, 66);
  EXPECT_THAT(run.errors, HasSubstr("lock-order-inversion"));
  EXPECT_THAT(run.errors, HasSubstr("lock_a_then_b"));
  EXPECT_THAT(run.errors, HasSubstr("lock_b_then_a"));
  EXPECT_THAT(temporary_.Files(), IsEmpty());
}

TEST_F(DirectModeTest, PrivateRecordingIsDeletedAfterwards) {
  Run({"mutex", "inversion"}, Tool());
  Run({"mutex", "same_order"}, Tool());

  EXPECT_THAT(temporary_.Files(), IsEmpty());
}

TEST_F(DirectModeTest, CleanProgramIsSilent) {
  const ProgramRun run = Run({"mutex", "same_order"}, Tool());

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.errors, "");
}

TEST_F(DirectModeTest, ReportIsWrittenWhetherThereAreFindingsOrNot) {
  const std::string options = Tool() + ":report=" + Path("r.%p.json");
  const ProgramRun clean = Run({"mutex", "same_order"}, options);
  const ProgramRun bad = Run({"mutex", "inversion"}, options);

  EXPECT_EQ(clean.errors, "");
  EXPECT_EQ(Contents(Path("r." + std::to_string(clean.pid) + ".json")), "report\n");
  EXPECT_THAT(bad.errors,
              AllOf(StartsWith("lockdep: process "), HasSubstr("1 finding; the report")));
  EXPECT_EQ(Contents(Path("r." + std::to_string(bad.pid) + ".json")), "report\n");
}

TEST_F(DirectModeTest, ProgramWithoutAnyLockHasAReportToo) {
  const ProgramRun run = Run({"/bin/true"}, Tool() + ":report=" + Path("r.json"));

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(Contents(Path("r.json")), "report\n");
}

TEST_F(DirectModeTest, LogPathTakesTheTextWithTheProcessIdAppended) {
  const ProgramRun run = Run({"mutex", "inversion"}, Tool() + ":log_path=" + Path("log"));

  EXPECT_EQ(run.errors, "");
  EXPECT_THAT(Contents(Path("log." + std::to_string(run.pid))), StartsWith("tool: report "));
}

TEST_F(DirectModeTest, ProgramThatClosesItsStreamsAtExitHasItsReports) {
  const std::string options =
      Tool() + ":log_path=" + Path("log") + ":report=" + Path("report.json");
  const ProgramRun run = Run({"process", "closes_its_streams_at_exit"}, options);

  EXPECT_EQ(run.output, "ok\n");
  EXPECT_EQ(run.exit_code, 66);
  EXPECT_THAT(Contents(Path("log." + std::to_string(run.pid))), StartsWith("tool: report "));
  EXPECT_EQ(Contents(Path("report.json")), "report\n");
  EXPECT_THAT(temporary_.Files(), IsEmpty());
}

TEST_F(DirectModeTest, RecordingIsKeptWhereItWasAskedForAndNothingElseIsDone) {
  const ProgramRun run = Run({"mutex", "inversion"}, Tool() + ":record=" + Path("kept.lockdep"));

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.errors, "");
  const auto recording = record::ReadRecording(Path("kept.lockdep"));
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_THAT(KindsOf(*recording), ElementsAre("lock-order-inversion"));
}

TEST_F(DirectModeTest, ExistingRecordingIsNeverOverwritten) {
  const std::string options = "record=" + Path("run.lockdep");
  Run({"mutex", "inversion"}, options);
  Run({"mutex", "same_order"}, options);

  const auto first = record::ReadRecording(Path("run.lockdep"));
  const auto second = record::ReadRecording(Path("run.lockdep.1"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_THAT(KindsOf(*first), SizeIs(1));
  EXPECT_THAT(KindsOf(*second), IsEmpty());
}

TEST_F(DirectModeTest, ExitCodeFollowsTheOptions) {
  EXPECT_EQ(Run({"mutex", "inversion"}, Tool() + ":exitcode=9").exit_code, 9);
  EXPECT_EQ(Run({"mutex", "inversion"}, Tool() + ":exitcode=0").exit_code, 0);
  EXPECT_EQ(Run({"mutex", "inversion"}, Tool() + ":fail_on=confirmed").exit_code, 0);
  EXPECT_EQ(Run({"mutex", "unlock_unheld"}, Tool() + ":fail_on=confirmed").exit_code, 66);
  EXPECT_EQ(Run({"mutex", "unlock_unheld"}, Tool() + ":fail_on=never").exit_code, 0);
}

TEST_F(DirectModeTest, ExitCodeIsChangedForEveryWayToExit) {
  EXPECT_EQ(Run({"process", "_exit_after_inversion"}, Tool()).exit_code, 66);
  EXPECT_EQ(Run({"process", "inversion_at_exit"}, Tool()).exit_code, 66);
}

TEST_F(DirectModeTest, WhatTheProgramWroteIsFlushedAlthoughTheExitCodeChanges) {
  const ProgramRun run = Run({"mutex", "inversion"}, Tool() + ":exitcode=9");

  EXPECT_EQ(run.exit_code, 9);
  EXPECT_EQ(run.output, "ok\n");
}

TEST_F(DirectModeTest, HaltEndsTheProgramAtTheFirstFinding) {
  const ProgramRun run = Run({"mutex", "inversion"}, Tool() + ":halt_on_error=1");

  EXPECT_EQ(run.exit_code, 66);
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors, StartsWith("tool: report "));
}

TEST_F(DirectModeTest, HaltLetsACleanProgramEnd) {
  const ProgramRun run = Run({"mutex", "same_order"}, Tool() + ":halt_on_error=1");

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, "ok\n");
}

TEST_F(DirectModeTest, ToolThatFailsLeavesTheRecordingAndSaysSo) {
  const ProgramRun run = Run({"mutex", "inversion"}, "tool=" + Path("broken_tool"));

  ASSERT_THAT(temporary_.Files(), SizeIs(1));
  EXPECT_THAT(run.errors, HasSubstr("the report could not be made, try '" + Path("broken_tool") +
                                    " report " + temporary_.Files()[0] + "'"));
}

TEST_F(DirectModeTest, TerminationMakesTheReportFirstIfAskedTo) {
  const Arguments program = {"process", "terminated_after_inversion"};
  const ProgramRun silent = Run(program, Tool());
  const ProgramRun run = Run(program, Tool() + ":report_on_sigterm=1");

  EXPECT_THAT(silent.errors, Not(HasSubstr("tool: report")));
  EXPECT_THAT(run.errors, StartsWith("tool: report "));
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_EQ(run.exit_code, silent.exit_code) << "killed by the signal, as without the option";
}

TEST_F(DirectModeTest, MissingToolLeavesTheRecordingAndSaysSo) {
  const ProgramRun run = Run({"mutex", "inversion"}, "tool=" + Path("no_tool"));

  ASSERT_THAT(temporary_.Files(), SizeIs(1));
  EXPECT_THAT(run.errors, HasSubstr("use 'lockdep report " + temporary_.Files()[0] + "'"));
}

TEST_F(DirectModeTest, BadOptionIsSaidInOneLineAndTheRestIsUsed) {
  const ProgramRun run = Run({"mutex", "inversion"}, "nonsense=1:" + Tool() + ":exitcode=9");

  EXPECT_EQ(run.exit_code, 9);
  EXPECT_THAT(run.errors,
              StartsWith("lockdep: LOCKDEP_OPTIONS: 'nonsense=1': no such option; help=1 lists "
                         "them; it is ignored\n"));
}

TEST_F(DirectModeTest, HelpListsEveryOption) {
  const ProgramRun run = Run({"mutex", "same_order"}, "help=1");

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, "ok\n");
  for (const char* name : {"report", "record", "log_path", "exitcode", "fail_on", "halt_on_error",
                           "tool", "verbosity", "help"}) {
    EXPECT_THAT(run.errors, HasSubstr(std::string("\nlockdep:   ") + name + " (default '"));
  }
}

TEST_F(DirectModeTest, VerbosityNamesTheProcess) {
  const ProgramRun run = Run({"mutex", "same_order"}, "verbosity=1");

  EXPECT_THAT(run.errors, StartsWith("lockdep: watching process " + std::to_string(run.pid)));
}

TEST_F(DirectModeTest, UnwritableRecordingIsSaidOnceAndTheProgramRuns) {
  const ProgramRun run = Run({"mutex", "inversion"}, "record=/no/such/directory/x.lockdep");

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_THAT(run.errors, HasSubstr("cannot record to /no/such/directory/x.lockdep: No such file "
                                    "or directory; this process will have no report\n"));
}

TEST_F(DirectModeTest, ClosedStandardErrorLosesNoFinding) {
  const ProgramRun run =
      Run({"/bin/sh", "-c", "exec \"$0\" inversion 2>&-", ProgramPath("mutex")}, Tool());

  EXPECT_EQ(run.exit_code, 66);
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_THAT(temporary_.Files(), SizeIs(1));
}

TEST_F(DirectModeTest, ChildrenAreWatchedToo) {
  const ProgramRun run =
      Run({"/bin/sh", "-c", "\"$0\" inversion; exit 0", ProgramPath("mutex")}, Tool());

  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.errors, StartsWith("tool: report "));
}

}  // namespace
}  // namespace lockdep::hooks
