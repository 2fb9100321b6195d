#include "lockdep/cli/child_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/cli/scratch_directory.h"

namespace lockdep::cli {
namespace {

absl::StatusOr<ChildResult> Shell(const std::string& script) {
  return RunChild("/bin/sh", {"sh", "-c", script}, {"PATH=/bin:/usr/bin", "COLOUR=blue"});
}

TEST(ChildProcessTest, TheExitCodeIsTheChilds) {
  EXPECT_EQ(Shell("exit 0")->exit_code, 0);
  EXPECT_EQ(Shell("exit 77")->exit_code, 77);
}

TEST(ChildProcessTest, ASignalThatKilledTheChildBecomes128PlusItsNumber) {
  EXPECT_EQ(Shell("kill -KILL $$")->exit_code, 128 + SIGKILL);
}

TEST(ChildProcessTest, TheEnvironmentIsExactlyTheOneThatWasGiven) {
  EXPECT_EQ(Shell("test \"$COLOUR\" = blue && test -z \"$HOME\"")->exit_code, 0);
}

TEST(ChildProcessTest, TheChildStaysInTheProcessGroup) {
  const std::string group = std::to_string(getpgrp());

  EXPECT_EQ(Shell("test \"$(ps -o pgid= -p $$ | tr -d ' ')\" = " + group)->exit_code, 0);
}

// The line of /proc/PID/status with the mask of blocked signals.
std::string BlockedSignals() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line) && line.rfind("SigBlk:", 0) != 0) {
  }
  return line.substr(line.find_last_of("\t ") + 1);
}

TEST(ChildProcessTest, TheChildStartsWithOurSignalMask) {
  const std::string pattern = "^SigBlk:.*" + BlockedSignals() + "$";

  const auto result = RunChild("/bin/grep", {"grep", "-q", pattern, "/proc/self/status"}, {});

  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->exit_code, 0);
}

TEST(ChildProcessTest, WhatCannotBeStartedIsAnError) {
  EXPECT_TRUE(absl::IsNotFound(RunChild("/nonexistent", {"x"}, {}).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(RunChild("/etc/passwd", {"x"}, {}).status()));
}

// Signals this process from outside as soon as the child says that it is ready.
TEST(ChildProcessTest, ASignalThatSomeoneSendsUsReachesTheChild) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    const ScratchDirectory scratch;
    const std::string ready = scratch.Path("ready");
    const pid_t sender = fork();
    if (sender == 0) {
      while (access(ready.c_str(), F_OK) != 0) usleep(1000);
      kill(getppid(), signal);
      _exit(0);
    }

    const auto result =
        Shell("trap 'exit 42' TERM INT HUP; touch " + ready + "; while :; do sleep 0.02; done");

    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->exit_code, 42) << "signal " << signal;
    waitpid(sender, nullptr, 0);
  }
}

TEST(ChildProcessTest, TheSignalMaskIsAsBeforeAfterwards) {
  sigset_t before, after;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  ASSERT_TRUE(Shell("exit 0").ok());
  sigprocmask(SIG_SETMASK, nullptr, &after);

  for (int signal = 1; signal < 32; ++signal) {
    EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal)) << signal;
  }
}

}  // namespace
}  // namespace lockdep::cli
