#include "lockdep/cli/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lockdep/record/base_name.h"

namespace lockdep::cli {
namespace {

// As in the kernel: a script may name a script, but not without end.
constexpr int kMaxInterpreters = 5;

// 0, or the errno of executing `path`.
int Executability(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

absl::Status NotFound(const std::string& name, const char* where) {
  return absl::NotFoundError(absl::StrCat(name, ": not found", where, "; check the spelling"));
}

absl::Status NotExecutable(const std::string& path, int error) {
  struct stat status;
  const bool is_directory = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return absl::PermissionDeniedError(absl::StrCat(
      path, ": cannot be executed: ", is_directory ? "is a directory" : std::strerror(error),
      is_directory ? "; name a program in it" : "; check its permissions (chmod +x)"));
}

std::vector<std::string> SearchPath() {
  const char* path = std::getenv("PATH");
  return absl::StrSplit(path != nullptr ? path : "/bin:/usr/bin", ':');
}

// The interpreter that the first line names; empty if it names none.
std::string InterpreterOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[256] = {};
  file.read(start, sizeof start - 1);
  absl::string_view line(start, static_cast<size_t>(file.gcount()));
  if (!absl::ConsumePrefix(&line, "#!")) return "";
  line = line.substr(0, line.find('\n'));
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == line.npos) return "";
  line.remove_prefix(begin);
  return std::string(line.substr(0, line.find_first_of(" \t")));
}

// Secure execution: the linker ignores libraries that are preloaded by path.
absl::Status CheckPrivileges(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return absl::ErrnoToStatus(errno, path);
  const bool gains_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid();
  const bool gains_group = (status.st_mode & S_ISGID) != 0 && status.st_gid != getegid();
  const bool gains_capabilities =
      geteuid() != 0 && getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
  if (!gains_user && !gains_group && !gains_capabilities) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      ": gains privileges when it starts (set-user-ID, set-group-ID or capabilities), and "
      "the dynamic linker ignores LD_PRELOAD then; run it as its owner or run a plain copy"));
}

// The dynamic linker itself names no interpreter but does preload.
bool IsDynamicLinker(const std::string& path) {
  const std::string name = record::BaseName(path);
  return absl::StartsWith(name, "ld-linux") || absl::StartsWith(name, "ld.so") ||
         absl::StartsWith(name, "ld-2.");
}

absl::Status CheckElf(const std::string& path, const ElfFile& elf, const ElfFile& library) {
  if (!SameArchitecture(elf, library)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is built for ", ArchitectureName(elf), ", but this lockdep for ",
                     ArchitectureName(library), "; use a lockdep built for that architecture"));
  }
  if (elf.interpreter.empty() && !IsDynamicLinker(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": is statically linked, and a static program ignores LD_PRELOAD; link it "
                     "dynamically (without -static) to watch its locks"));
  }
  if (absl::StrContains(elf.interpreter, "ld-musl")) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        ": is linked to musl, but this lockdep watches programs linked to glibc; build the "
        "program against glibc to watch its locks"));
  }
  return absl::OkStatus();
}

// A program without read permission can run, but nothing can be said of it beforehand.
absl::Status CheckUnreadable(const std::string& path, const absl::Status& reason) {
  if (absl::IsInvalidArgument(reason)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": ", reason.message(),
        " and no script with a #! line; name a program, or run: lockdep run -- sh ", path));
  }
  if (absl::IsDataLoss(reason)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": ", reason.message(), "; build or install it again"));
  }
  return absl::OkStatus();
}

// Follows "#!" lines from `path` to a file that is no script.
absl::StatusOr<std::string> FollowInterpreters(const std::string& path) {
  std::string current = path;
  for (int depth = 0; depth <= kMaxInterpreters; ++depth) {
    const std::string interpreter = InterpreterOf(current);
    if (interpreter.empty()) return current;
    const int error = Executability(interpreter);
    if (error != 0) {
      const std::string message =
          absl::StrCat(current, ": its interpreter ", interpreter,
                       " cannot be executed: ", std::strerror(error), "; mend its first line");
      if (error == ENOENT) return absl::NotFoundError(message);
      return absl::PermissionDeniedError(message);
    }
    current = interpreter;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path,
                   ": its interpreter is a script of a script of a script ...; mend its "
                   "first line"));
}

}  // namespace

absl::StatusOr<std::string> FindOnPath(const std::string& name) {
  if (name.empty()) return NotFound("the program's name is empty", "");
  if (absl::StrContains(name, "/")) {
    const int error = Executability(name);
    if (error == 0) return name;
    if (error == ENOENT || error == ENOTDIR) return NotFound(name, "");
    return NotExecutable(name, error);
  }
  std::string refused;
  for (const std::string& directory : SearchPath()) {
    const std::string path = directory.empty() ? "./" + name : absl::StrCat(directory, "/", name);
    const int error = Executability(path);
    if (error == 0) return path;
    if (error == EACCES && refused.empty()) refused = path;
  }
  if (!refused.empty()) return NotExecutable(refused, EACCES);
  return NotFound(name, " in PATH");
}

absl::StatusOr<Program> FindProgram(const std::string& name, const ElfFile& library) {
  Program program;
  const absl::StatusOr<std::string> path = FindOnPath(name);
  if (!path.ok()) return path.status();
  program.path = *path;
  const absl::StatusOr<std::string> executable = FollowInterpreters(program.path);
  if (!executable.ok()) return executable.status();
  program.executable = *executable;
  const absl::StatusOr<ElfFile> elf = ReadElfFile(program.executable);
  absl::Status status = elf.ok() ? CheckElf(program.executable, *elf, library)
                                 : CheckUnreadable(program.executable, elf.status());
  if (status.ok()) status = CheckPrivileges(program.executable);
  if (!status.ok()) return status;
  if (elf.ok()) program.elf = *elf;
  return program;
}

}  // namespace lockdep::cli
