#include "lockdep/record/input_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {
namespace {

absl::Status ListDirectory(const std::string& path, std::vector<InputFile>* files) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name[0] != '.' && !entry->is_directory(error)) names.push_back(entry->path().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  std::sort(names.begin(), names.end());
  for (std::string& name : names) files->push_back({std::move(name), /*from_directory=*/true});
  return absl::OkStatus();
}

}  // namespace

bool WasRecording(const std::string& path, std::string_view bytes) {
  if (!bytes.empty()) return LooksLikeRecording(bytes);
  return std::filesystem::path(path).filename().string().find(".lockdep") != path.npos;
}

absl::StatusOr<std::vector<InputFile>> ListInputFiles(const std::vector<std::string>& inputs) {
  std::vector<InputFile> files;
  std::error_code error;
  for (const std::string& input : inputs) {
    if (!std::filesystem::is_directory(input, error)) {
      files.push_back({input, /*from_directory=*/false});
      continue;
    }
    absl::Status status = ListDirectory(input, &files);
    if (!status.ok()) return status;
  }
  return files;
}

}  // namespace lockdep::record
