#include "lockdep/cli/survivors.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lockdep::cli {
namespace {

namespace fs = std::filesystem;

// By the environment that it was started with: a child of fork has its parent's,
// and a process that ended and was not waited for has none.
bool RecordsTo(pid_t pid, const std::string& directory) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/environ"), std::ios::binary);
  const std::string environment(std::istreambuf_iterator<char>(file), {});
  return absl::StrContains(environment, directory + "/");
}

std::vector<pid_t> ProcessesRecordingTo(const std::string& directory) {
  std::vector<pid_t> processes;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    pid_t pid = 0;
    const bool is_process = absl::SimpleAtoi(entry->path().filename().string(), &pid);
    if (is_process && RecordsTo(pid, directory)) processes.push_back(pid);
  }
  std::sort(processes.begin(), processes.end());
  return processes;
}

}  // namespace

std::vector<pid_t> Survivors(const std::string& directory) {
  constexpr auto kPatience = std::chrono::milliseconds(500);
  constexpr auto kStep = std::chrono::milliseconds(10);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::vector<pid_t> processes = ProcessesRecordingTo(directory);
  while (!processes.empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kStep);
    processes = ProcessesRecordingTo(directory);
  }
  return processes;
}

}  // namespace lockdep::cli
