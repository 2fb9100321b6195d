#include "lockdep/cli/child_process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lockdep::cli {
namespace {

constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// SIGCHLD is discarded unless it has a handler, even while it is blocked.
void IgnoreChildSignal(int) {}

// Blocks what WaitFor wants to receive; restores everything at the end.
class SignalScope {
 public:
  SignalScope() {
    sigemptyset(&waited_);
    sigaddset(&waited_, SIGCHLD);
    for (const int signal : kForwarded) sigaddset(&waited_, signal);
    sigprocmask(SIG_BLOCK, &waited_, &old_mask_);
    struct sigaction action = {};
    action.sa_handler = IgnoreChildSignal;
    sigaction(SIGCHLD, &action, &old_action_);
  }
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;
  ~SignalScope() {
    sigaction(SIGCHLD, &old_action_, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }

  const sigset_t& waited() const { return waited_; }
  const sigset_t& old_mask() const { return old_mask_; }

 private:
  sigset_t waited_;
  sigset_t old_mask_;
  struct sigaction old_action_;
};

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The exit code once the child is gone; -1 while it lives.
int ExitCodeIfGone(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int WaitFor(pid_t pid, const sigset_t& waited) {
  for (;;) {
    const int exit_code = ExitCodeIfGone(pid);
    if (exit_code >= 0) return exit_code;
    siginfo_t info = {};
    const int signal = sigwaitinfo(&waited, &info);
    // A signal of the terminal went to the whole process group already.
    if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL) kill(pid, signal);
  }
}

absl::Status CannotStart(const std::string& path, int error) {
  const std::string message =
      absl::StrCat(path, ": cannot be started: ", std::strerror(error), "; try it without lockdep");
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  return absl::InternalError(message);
}

}  // namespace

absl::StatusOr<ChildResult> RunChild(const std::string& path,
                                     const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment) {
  const SignalScope signals;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &signals.old_mask());
  ChildResult result;
  const int error = posix_spawn(&result.pid, path.c_str(), nullptr, &attributes,
                                Pointers(arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return CannotStart(path, error);
  result.exit_code = WaitFor(result.pid, signals.waited());
  return result;
}

}  // namespace lockdep::cli
