#include "lockdep/cli/preload.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lockdep/record/base_name.h"

namespace lockdep::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kLibraryName[] = "liblockdep_preload.so";

std::vector<fs::path> Candidates() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  std::vector<fs::path> candidates;
  if (!error) {
    const fs::path prefix = self.parent_path().parent_path();
    candidates.push_back(prefix / "lib" / kLibraryName);
    candidates.push_back(prefix / LOCKDEP_INSTALL_LIBDIR / kLibraryName);
  }
  candidates.push_back(fs::path(LOCKDEP_INSTALL_FULL_LIBDIR) / kLibraryName);
  return candidates;
}

// LD_PRELOAD separates by spaces and colons and knows no quoting.
absl::StatusOr<std::string> Preloadable(const fs::path& path) {
  const std::string name = path.string();
  if (name.find_first_of(" :") == name.npos) return name;
  return absl::FailedPreconditionError(absl::StrCat(
      name,
      ": LD_PRELOAD cannot carry a path with a space or a colon; move or link it elsewhere "
      "and set LOCKDEP_PRELOAD to its new path"));
}

bool IsSanitizerRuntime(const std::string& library) {
  const std::string name = record::BaseName(library);
  for (const absl::string_view known : {"asan", "hwasan", "tsan", "ubsan", "lsan"}) {
    if (absl::StartsWith(name, absl::StrCat("lib", known, ".so")) ||
        absl::StartsWith(name, absl::StrCat("libclang_rt.", known))) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> FindPreloadLibrary() {
  std::error_code error;
  if (const char* chosen = std::getenv("LOCKDEP_PRELOAD"); chosen != nullptr && *chosen != '\0') {
    if (fs::is_regular_file(chosen, error)) return Preloadable(fs::absolute(chosen));
    return absl::NotFoundError(absl::StrCat(chosen, ": no such library; LOCKDEP_PRELOAD must name ",
                                            kLibraryName, " or be unset"));
  }
  const std::vector<fs::path> candidates = Candidates();
  for (const fs::path& candidate : candidates) {
    if (fs::is_regular_file(candidate, error)) return Preloadable(candidate.lexically_normal());
  }
  return absl::NotFoundError(
      absl::StrCat(candidates.front().string(),
                   ": no such library; build it, or set LOCKDEP_PRELOAD to where it is"));
}

std::string PreloadList(absl::string_view existing, const std::string& library) {
  std::vector<std::string> libraries =
      absl::StrSplit(existing, absl::ByAnyChar(" :"), absl::SkipEmpty());
  libraries.erase(std::remove(libraries.begin(), libraries.end(), library), libraries.end());
  const auto rest = std::stable_partition(libraries.begin(), libraries.end(), IsSanitizerRuntime);
  libraries.insert(rest, library);
  return absl::StrJoin(libraries, ":");
}

}  // namespace lockdep::cli
