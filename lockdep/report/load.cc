#include "lockdep/report/load.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/builder.h"
#include "lockdep/report/json.h"
#include "lockdep/report/merge.h"

namespace lockdep::report {
namespace {

bool LooksLikeJson(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start != text.npos && text[start] == '{';
}

// Whether a file that cannot be read was a recording or a report once.
bool WasMeantForUs(const std::string& path, std::string_view bytes) {
  if (bytes.empty()) {
    const std::string name = std::filesystem::path(path).filename().string();
    return name.find(".lockdep") != name.npos;
  }
  return record::LooksLikeRecording(bytes) || bytes.find("\"lockdep-report\"") != bytes.npos;
}

// Reads inputs one after the other; a directory's are named by the directory.
class Loader {
 public:
  explicit Loader(const LoadOptions& options) : options_(options), builder_(options.order) {}

  absl::Status Load(const std::string& input);
  Loaded Finish();

 private:
  absl::Status LoadFile(const std::string& path);
  absl::Status LoadDirectory(const std::string& path);
  void LoadListed(const std::string& path);
  absl::Status LoadBytes(const std::string& path, const std::string& bytes);
  absl::Status LoadRecording(const std::string& path, const std::string& bytes);
  absl::Status LoadJson(const std::string& path, const std::string& text);

  const LoadOptions& options_;
  ReportBuilder builder_;
  std::vector<Report> reports_;
  std::vector<std::string> warnings_;
  bool is_complete_ = true;
};

absl::Status Loader::LoadRecording(const std::string& path, const std::string& bytes) {
  absl::StatusOr<record::Recording> recording = record::ParseRecording(path, bytes);
  if (!recording.ok()) return recording.status();
  warnings_.insert(warnings_.end(), recording->warnings.begin(), recording->warnings.end());
  is_complete_ = is_complete_ && recording->warnings.empty();
  reports_.push_back(builder_.Build(*std::move(recording)));
  return absl::OkStatus();
}

absl::Status Loader::LoadJson(const std::string& path, const std::string& text) {
  if (!options_.order.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": a JSON report cannot be held against a declared order; name the recording that "
        "it was made from"));
  }
  absl::StatusOr<Report> report = ReadJson(path, text);
  if (!report.ok()) return report.status();
  reports_.push_back(*std::move(report));
  return absl::OkStatus();
}

absl::Status Loader::LoadFile(const std::string& path) {
  const absl::StatusOr<std::string> bytes = record::ReadFileBytes(path);
  return bytes.ok() ? LoadBytes(path, *bytes) : bytes.status();
}

absl::Status Loader::LoadBytes(const std::string& path, const std::string& bytes) {
  if (LooksLikeJson(bytes)) return LoadJson(path, bytes);
  if (bytes.empty() || record::LooksLikeRecording(bytes)) return LoadRecording(path, bytes);
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": neither a lockdep recording nor a JSON report; `lockdep run --record FILE -- PROG` "
      "makes a recording"));
}

// What else lies in a directory is not lost in silence.
void Loader::LoadListed(const std::string& path) {
  const absl::StatusOr<std::string> bytes = record::ReadFileBytes(path);
  const absl::Status status = bytes.ok() ? LoadBytes(path, *bytes) : bytes.status();
  if (status.ok()) return;
  warnings_.push_back(absl::StrCat(status.message(), "; left out"));
  if (!bytes.ok() || WasMeantForUs(path, *bytes)) is_complete_ = false;
}

absl::Status Loader::LoadDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name[0] != '.' && !entry->is_directory(error)) files.push_back(entry->path().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  std::sort(files.begin(), files.end());
  const size_t before = reports_.size();
  for (const std::string& file : files) LoadListed(file);
  if (reports_.size() > before) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(path, ": no recording and no JSON report in this directory"));
}

absl::Status Loader::Load(const std::string& input) {
  std::error_code error;
  return std::filesystem::is_directory(input, error) ? LoadDirectory(input) : LoadFile(input);
}

Loaded Loader::Finish() {
  Loaded loaded;
  loaded.report = MergeReports(std::move(reports_));
  loaded.is_complete = is_complete_;
  loaded.warnings = std::move(warnings_);
  const std::vector<std::string>& unnamed = builder_.warnings();
  loaded.warnings.insert(loaded.warnings.end(), unnamed.begin(), unnamed.end());
  return loaded;
}

}  // namespace

absl::StatusOr<Loaded> LoadInputs(const std::vector<std::string>& inputs,
                                  const LoadOptions& options) {
  Loader loader(options);
  for (const std::string& input : inputs) {
    if (absl::Status status = loader.Load(input); !status.ok()) return status;
  }
  return loader.Finish();
}

}  // namespace lockdep::report
