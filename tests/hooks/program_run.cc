#include "tests/hooks/program_run.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace lockdep::hooks {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> FullEnvironment(const Environment& added) {
  std::vector<std::string> environment = added;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (text.rfind("LD_PRELOAD=", 0) != 0 && text.rfind("LOCKDEP_", 0) != 0) {
      environment.push_back(text);
    }
  }
  return environment;
}

int ExitCode(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : path_(testing::TempDir() + "hooks.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
}

TemporaryDirectory::~TemporaryDirectory() { fs::remove_all(path_); }

std::vector<std::string> TemporaryDirectory::Files() const {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path_)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

ProgramRun RunProgram(const Arguments& arguments, const Environment& environment) {
  const TemporaryDirectory directory;
  const std::string output = directory.path() + "/output";
  const std::string errors = directory.path() + "/errors";
  std::vector<std::string> full_arguments = arguments;
  if (full_arguments[0][0] != '/') {
    full_arguments[0] = ProgramPath(full_arguments[0]);
  }
  std::vector<std::string> full_environment = FullEnvironment(environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_CREAT | O_WRONLY, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_CREAT | O_WRONLY, 0600);
  ProgramRun run;
  const int error = posix_spawn(&run.pid, full_arguments[0].c_str(), &actions, /*attrp=*/nullptr,
                                Pointers(full_arguments).data(), Pointers(full_environment).data());
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << full_arguments[0];
  if (error != 0) return run;
  int status = 0;
  EXPECT_EQ(waitpid(run.pid, &status, 0), run.pid);
  run.exit_code = ExitCode(status);
  run.output = ReadFile(output);
  run.errors = ReadFile(errors);
  return run;
}

std::string ProgramPath(const std::string& name) {
  return std::string(LOCKDEP_TEST_PROGRAMS) + "/" + name;
}

std::string PreloadVariable() { return std::string("LD_PRELOAD=") + LOCKDEP_TEST_PRELOAD; }

HookedRun RunHooked(const Arguments& arguments, const std::string& options) {
  const TemporaryDirectory directory;
  HookedRun run;
  static_cast<ProgramRun&>(run) = RunProgram(
      arguments, {PreloadVariable(), "LOCKDEP_OPTIONS=record=" + directory.path() + "/%p.lockdep" +
                                         (options.empty() ? "" : ":" + options)});
  for (const std::string& file : directory.Files()) {
    auto recording = record::ReadRecording(file);
    EXPECT_TRUE(recording.ok()) << recording.status();
    if (!recording.ok()) continue;
    EXPECT_TRUE(recording->warnings.empty()) << recording->warnings.front();
    run.recordings.push_back(*std::move(recording));
  }
  std::stable_partition(run.recordings.begin(), run.recordings.end(), [&](const auto& recording) {
    return recording.pid == static_cast<uint64_t>(run.pid);
  });
  return run;
}

std::vector<std::string> KindsOf(const record::Recording& recording) {
  std::vector<std::string> kinds;
  for (const record::ViolationEntry& violation : recording.violations) {
    kinds.push_back(ToString(violation.kind));
  }
  return kinds;
}

}  // namespace lockdep::hooks
