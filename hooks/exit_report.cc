#include "hooks/exit_report.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/cells.h"
#include "hooks/recording.h"

namespace lockdep::hooks {
namespace {

// Never a standard stream: where the program has closed its own, those numbers
// are free, and the child puts the right files there itself.
int Open(const char* path, int flags) {
  const long fd = syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0666);
  if (fd < 0 || fd > STDERR_FILENO) return static_cast<int>(fd);
  const long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  syscall(SYS_close, fd);
  return static_cast<int>(moved);
}

bool IsOurVariable(const char* variable) {
  return strncmp(variable, "LD_PRELOAD=", 11) == 0 ||
         strncmp(variable, "LOCKDEP_OPTIONS=", 16) == 0;
}

// The environment without what would make the command watch itself; null when
// memory ended.
char** MakeEnvironment() {
  size_t count = 0;
  while (environ != nullptr && environ[count] != nullptr) ++count;
  auto** variables = static_cast<char**>(MapPages((count + 1) * sizeof(char*), Pages::kCommit));
  if (variables == nullptr) return nullptr;
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsOurVariable(environ[i])) variables[kept++] = environ[i];
  }
  return variables;
}

struct Command {
  char* const* arguments;
  char* const* environment;
  int output;  // Becomes standard output.
};

// In the child, which has a copy of everything but only its own thread: nothing
// but system calls.
[[noreturn]] void Execute(const Command& command) {
  const uint64_t no_signals = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof(no_signals));
  const int null = Open("/dev/null", O_RDWR);
  const int errors = StandardErrorForUs() < 0 ? null : STDERR_FILENO;
  syscall(SYS_dup3, command.output, STDOUT_FILENO, 0);
  syscall(SYS_dup3, null, STDIN_FILENO, 0);
  if (errors != STDERR_FILENO) syscall(SYS_dup3, errors, STDERR_FILENO, 0);
  syscall(SYS_execve, command.arguments[0], command.arguments, command.environment);
  for (;;) syscall(SYS_exit_group, 127);
}

// Returns the exit status of the command, or -1.  A child without an exit signal is
// one that only a wait with __WALL sees.
int Run(const Command& command) {
  constexpr unsigned long kNoExitSignal = 0;
  const long child = syscall(SYS_clone, kNoExitSignal, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) Execute(command);
  if (child < 0) return -1;
  int status = 0;
  while (syscall(SYS_wait4, child, &status, __WALL, nullptr) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// `arguments` begins with the command and ends with null.
int RunTool(const char* const* arguments, int output) {
  if (arguments[0][0] == '\0') return -1;
  char** environment = MakeEnvironment();
  if (environment == nullptr) return -1;
  return Run({const_cast<char* const*>(arguments), environment, output});
}

bool MakeFile(const ExitReport& report, const char* file, int output) {
  const char* arguments[] = {report.tool, "report", report.recording, "-o", file, nullptr};
  return RunTool(arguments, output) == 0;
}

Line& Begin(Line& line, const ExitReport& report) {
  line << "process " << static_cast<uint64_t>(report.pid) << ": " << report.findings
       << (report.findings == 1 ? " finding" : " findings");
  return line;
}

bool MakeReportFile(const ExitReport& report) {
  PathText path;
  ExpandPattern(report.options.report.text, report.pid, &path);
  const int null = Open("/dev/null", O_WRONLY);
  const bool made = MakeFile(report, path.c_str(), null);
  syscall(SYS_close, null);
  if (made && report.findings != 0) {
    Line line;
    Begin(line, report) << "; the report is " << path.view();
    Say(line);
  }
  return made;
}

// The file for the text that this process was asked for.
int OpenLog(const ExitReport& report) {
  PathText path;
  ExpandPattern(report.options.log_path.text, report.pid, &path);
  path << "." << static_cast<uint64_t>(report.pid);
  return Open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY);
}

// Of many findings standard error gets the worst: it is the program's.
bool MakeText(const ExitReport& report) {
  const bool has_log = !report.options.log_path.empty();
  const int output = has_log ? OpenLog(report) : StandardErrorForUs();
  const char* arguments[] = {report.tool, "report", report.recording, has_log ? nullptr : "--brief",
                             nullptr};
  const bool made = output >= 0 && RunTool(arguments, output) == 0;
  if (has_log && output >= 0) syscall(SYS_close, output);
  return made;
}

bool MakeAll(const ExitReport& report) {
  const bool wants_file = !report.options.report.empty();
  const bool wants_text = !wants_file || !report.options.log_path.empty();
  bool all_made = true;
  if (wants_file) all_made = MakeReportFile(report);
  if (wants_text) all_made = MakeText(report) && all_made;
  return all_made;
}

const char* LevelName(FailOn level) {
  constexpr const char* kNames[] = {"note", "feasible", "confirmed", "never"};
  return kNames[static_cast<size_t>(level)];
}

void Copy(int from, int to) {
  char bytes[4096];
  syscall(SYS_lseek, from, 0, SEEK_SET);
  long size = 0;
  while ((size = syscall(SYS_read, from, bytes, sizeof(bytes))) > 0) {
    SayTo(to, {bytes, static_cast<size_t>(size)});
  }
}

// What a process without such options would say only of findings, it says only of
// those that count.
void ShowJudgement(const ExitReport& report, int text, bool has_failed) {
  if (!report.options.log_path.empty()) {
    const int output = OpenLog(report);
    if (output >= 0) Copy(text, output);
    if (output >= 0) syscall(SYS_close, output);
  } else if (has_failed && report.options.report.empty() && StandardErrorForUs() >= 0) {
    Copy(text, StandardErrorForUs());
  }
}

// The command ends with 0 or 1 if it could judge.
ExitVerdict Judge(const ExitReport& report) {
  const Options& options = report.options;
  PathText file;
  ExpandPattern(options.report.text, report.pid, &file);
  const char* arguments[13] = {report.tool, "analyze", report.recording, "--fail-on",
                               LevelName(options.fail_on)};
  size_t count = 5;
  if (options.log_path.empty()) arguments[count++] = "--brief";
  const auto add = [&](const char* name, const char* value) {
    if (value[0] == '\0') return;
    arguments[count++] = name;
    arguments[count++] = value;
  };
  add("--suppressions", options.suppressions.text);
  add("--order", options.order.text);
  add("--report", file.c_str());
  const auto text = static_cast<int>(syscall(SYS_memfd_create, "lockdep", MFD_CLOEXEC));
  const int status = text < 0 ? -1 : RunTool(arguments, text);
  const ExitVerdict verdict{.all_made = status == 0 || status == 1, .has_failed = status == 1};
  if (verdict.all_made) ShowJudgement(report, text, verdict.has_failed);
  if (text >= 0) syscall(SYS_close, text);
  return verdict.all_made ? verdict : ExitVerdict{.has_failed = report.has_failed};
}

bool IsExecutable(const char* path) { return syscall(SYS_faccessat, AT_FDCWD, path, X_OK) == 0; }

}  // namespace

bool IsJudgedByTool(const Options& options) {
  return !options.suppressions.empty() || !options.order.empty();
}

ExitVerdict MakeExitReports(const ExitReport& report) {
  const int saved_errno = errno;
  const ExitVerdict verdict = IsJudgedByTool(report.options)
                                  ? Judge(report)
                                  : ExitVerdict{MakeAll(report), report.has_failed};
  if (!verdict.all_made) {
    Line line;
    const bool has_tool = report.tool[0] != '\0';
    Begin(line, report) << (has_tool ? "; the report could not be made, try '"
                                     : "; there is no lockdep command to make the report, use '")
                        << (has_tool ? report.tool : "lockdep") << " report " << report.recording
                        << "'";
    Say(line);
  }
  errno = saved_errno;
  return verdict;
}

void FindTool(const Options& options, std::string_view library_path, PathText* tool) {
  const int saved_errno = errno;
  const size_t slash = library_path.rfind('/');
  const std::string_view directory = slash == library_path.npos
                                         ? std::string_view(".")
                                         : std::string_view(library_path.data(), slash);
  PathText candidates[3];
  candidates[0] << options.tool.text;
  candidates[1] << directory << "/../bin/lockdep";
  candidates[2] << directory << "/../../bin/lockdep";
  for (const PathText& candidate : candidates) {
    if (!candidate.view().empty() && IsExecutable(candidate.c_str())) {
      *tool = candidate;
      break;
    }
    if (!options.tool.empty()) break;  // Named, and not there.
  }
  errno = saved_errno;
}

}  // namespace lockdep::hooks
