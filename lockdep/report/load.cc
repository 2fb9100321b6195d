#include "lockdep/report/load.h"

#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/record/event_replay.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/record/input_files.h"
#include "lockdep/record/merge.h"
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

// Reads inputs one after the other.  Several recordings become one before words
// are found for them, so that what only all of them show is found.
class Loader {
 public:
  explicit Loader(const LoadOptions& options) : options_(options) {}

  absl::Status Load(const record::InputFile& input);
  absl::StatusOr<Loaded> Finish(const std::vector<std::string>& inputs);

 private:
  absl::Status LoadBytes(const std::string& path, const std::string& bytes);
  absl::Status LoadRecording(const std::string& path, const std::string& bytes);
  absl::Status LoadJson(const std::string& path, const std::string& text);
  void AddRecording(record::Recording recording);

  const LoadOptions& options_;
  std::optional<record::Recording> only_;  // As long as there is one.
  std::optional<record::RecordingMerger> merger_;
  std::vector<Report> json_reports_;
  std::vector<std::string> warnings_;
  uint64_t replayed_events_ = 0;
  std::vector<std::string> losses_;  // Of the warnings, those about what is gone.
};

void Loader::AddRecording(record::Recording recording) {
  if (!only_.has_value() && !merger_.has_value()) {
    only_ = std::move(recording);
    return;
  }
  if (!merger_.has_value()) {
    merger_.emplace();
    merger_->Add(*only_);
    only_.reset();
  }
  merger_->Add(recording);
}

absl::Status Loader::LoadRecording(const std::string& path, const std::string& bytes) {
  absl::StatusOr<record::Recording> recording = record::ParseRecording(path, bytes);
  if (!recording.ok()) return recording.status();
  if (options_.replay_events) replayed_events_ += record::ReplayEvents(bytes, &*recording);
  warnings_.insert(warnings_.end(), recording->warnings.begin(), recording->warnings.end());
  if (recording->is_damaged && recording->warnings.empty()) {
    warnings_.push_back(absl::StrCat(path, ": merged of recordings of which a part was lost"));
  }
  if (recording->is_damaged) losses_.push_back(warnings_.back());
  AddRecording(*std::move(recording));
  return absl::OkStatus();
}

absl::Status Loader::LoadJson(const std::string& path, const std::string& text) {
  if (!options_.order.empty() || options_.enforce) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": a JSON report cannot be held against a declared order; name the recording that "
        "it was made from"));
  }
  absl::StatusOr<Report> report = ReadJson(path, text);
  if (!report.ok()) return report.status();
  for (const std::string& loss : report->losses) {
    warnings_.push_back(absl::StrCat(path, ": made of inputs of which a part was lost: ", loss));
  }
  json_reports_.push_back(*std::move(report));
  return absl::OkStatus();
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
absl::Status Loader::Load(const record::InputFile& input) {
  const absl::StatusOr<std::string> bytes = record::ReadFileBytes(input.path);
  absl::Status status = bytes.ok() ? LoadBytes(input.path, *bytes) : bytes.status();
  if (status.ok() || !(input.from_directory || options_.leave_out_unreadable)) return status;
  warnings_.push_back(absl::StrCat(status.message(), "; left out"));
  const bool is_lost = !input.from_directory || !bytes.ok() ||
                       record::WasRecording(input.path, *bytes) ||
                       bytes->find("\"lockdep-report\"") != bytes->npos;
  if (is_lost) losses_.push_back(warnings_.back());
  return absl::OkStatus();
}

absl::StatusOr<Loaded> Loader::Finish(const std::vector<std::string>& inputs) {
  Loaded loaded;
  std::vector<Report> reports;
  ReportBuilder builder(options_.order, options_.enforce);
  if (merger_.has_value()) only_ = merger_->Merged();
  if (only_.has_value()) reports.push_back(builder.Build(*std::move(only_)));
  reports.insert(reports.end(), std::make_move_iterator(json_reports_.begin()),
                 std::make_move_iterator(json_reports_.end()));
  if (reports.empty() && !options_.leave_out_unreadable) {
    return absl::NotFoundError(absl::StrCat(absl::StrJoin(inputs, ", "),
                                            ": no recording and no JSON report in this directory"));
  }
  loaded.report = MergeReports(std::move(reports));
  for (std::string& loss : losses_) AddOnce(&loaded.report.losses, std::move(loss));
  loaded.replayed_events = replayed_events_;
  loaded.is_complete = loaded.report.losses.empty();
  loaded.warnings = std::move(warnings_);
  const std::vector<std::string>& unnamed = builder.warnings();
  loaded.warnings.insert(loaded.warnings.end(), unnamed.begin(), unnamed.end());
  return loaded;
}

}  // namespace

absl::StatusOr<Loaded> LoadInputs(const std::vector<std::string>& inputs,
                                  const LoadOptions& options) {
  const absl::StatusOr<std::vector<record::InputFile>> files = record::ListInputFiles(inputs);
  if (!files.ok()) return files.status();
  Loader loader(options);
  size_t done = 0;
  for (const record::InputFile& file : *files) {
    if (absl::Status status = loader.Load(file); !status.ok()) return status;
    if (options.on_progress) options.on_progress(++done, files->size());
  }
  return loader.Finish(inputs);
}

}  // namespace lockdep::report
