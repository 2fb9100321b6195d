#include "lockdep/record/merge_files.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/base_name.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/record/merge.h"

namespace lockdep::record {
namespace {

// What is known of a recording that nobody can read: that it was there.
Recording LostRecording(const std::string& path) {
  Recording lost;
  lost.runs.push_back(
      {.command = absl::StrCat(BaseName(path), ", which cannot be read"), .is_damaged = true});
  return lost;
}

// Files are handed out one by one; every worker merges what it gets.
class Work {
 public:
  Work(const std::vector<InputFile>& files, const MergeProgress& progress)
      : files_(files), progress_(progress), warnings_(files.size()) {}

  void Run(RecordingMerger* merger) {
    for (size_t i = next_++; i < files_.size() && !failed_; i = next_++) {
      absl::Status status = AddFile(i, merger);
      if (!status.ok()) Fail(i, std::move(status));
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_(++done_);
    }
  }

  // After all workers have ended.
  const absl::Status& status() const { return status_; }
  size_t count() const { return count_; }
  std::vector<std::string> TakeWarnings() {
    std::vector<std::string> all;
    for (std::vector<std::string>& some : warnings_) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

 private:
  absl::Status AddFile(size_t index, RecordingMerger* merger) {
    const std::string& path = files_[index].path;
    const absl::StatusOr<std::string> bytes = ReadFileBytes(path);
    const absl::StatusOr<Recording> recording =
        bytes.ok() ? ParseRecording(path, *bytes) : absl::StatusOr<Recording>(bytes.status());
    if (recording.ok()) {
      merger->Add(*recording);
      warnings_[index] = recording->warnings;
      ++count_;
      return absl::OkStatus();
    }
    if (!files_[index].from_directory) return recording.status();
    if (!bytes.ok() || WasRecording(path, *bytes)) merger->Add(LostRecording(path));
    warnings_[index] = {absl::StrCat(recording.status().message(), "; left out")};
    return absl::OkStatus();
  }

  // The first file in order is told, whichever thread was quicker.
  void Fail(size_t index, absl::Status status) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!failed_ || index < failed_at_) {
      failed_at_ = index;
      status_ = std::move(status);
    }
    failed_ = true;
  }

  const std::vector<InputFile>& files_;
  const MergeProgress& progress_;
  std::atomic<size_t> next_{0};
  std::atomic<size_t> count_{0};
  std::atomic<bool> failed_{false};
  std::vector<std::vector<std::string>> warnings_;  // Each by the worker that has the file.

  std::mutex mutex_;  // Guards what follows.
  size_t done_ = 0;
  size_t failed_at_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<MergedFiles> MergeFiles(const std::vector<InputFile>& files, unsigned threads,
                                       const MergeProgress& progress) {
  Work work(files, progress);
  std::vector<RecordingMerger> mergers(std::max(threads, 1u));
  std::vector<std::thread> workers;
  for (size_t i = 1; i < mergers.size(); ++i) {
    workers.emplace_back([&work, &mergers, i] { work.Run(&mergers[i]); });
  }
  work.Run(&mergers[0]);
  for (std::thread& worker : workers) worker.join();
  if (!work.status().ok()) return work.status();
  for (size_t i = 1; i < mergers.size(); ++i) {
    // A worker that came too late for a file has nothing, not an empty run.
    const Recording part = mergers[i].Merged();
    if (!part.runs.empty()) mergers[0].Add(part);
    mergers[i] = RecordingMerger();
  }
  return MergedFiles{mergers[0].Merged(), work.count(), work.TakeWarnings()};
}

}  // namespace lockdep::record
