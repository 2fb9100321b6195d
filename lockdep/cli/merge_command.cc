// `lockdep merge`: recordings of many runs as one.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/progress.h"
#include "lockdep/cli/usage.h"
#include "lockdep/record/merge_files.h"
#include "lockdep/record/packed.h"
#include "lockdep/record/recording_writer.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(INPUT is a recording, a merged recording, or a directory of them: of several runs,
processes, machines or shards of a test suite. The result is a recording that
'report', 'gate', 'analyze' and 'merge' itself read. It does not matter in which
order or in which groups recordings are merged, or how often.

What only several runs together show is found when the result is read: one test
takes A then B, another one B then A.

Exit codes:
  0  written
  2  wrong usage, a recording that cannot be read, or an output that cannot be written

Examples:
  lockdep merge shard1.lockdep shard2.lockdep -o all.lockdep
  lockdep merge runs/ -o all.lockdep && lockdep gate all.lockdep --baseline ci/locks.baseline)";

class MergeCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  absl::StatusOr<record::MergedFiles> Merge() const;

  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string output_;
};

void MergeCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("merge", "Make one recording of many");
  SetUsage(*app_, "lockdep merge INPUT... -o FILE");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, directories of them")->type_name("")->required();
  app_->add_option("-o,--output", output_, "Where to write")->type_name("FILE")->required();
}

absl::StatusOr<record::MergedFiles> MergeCommand::Merge() const {
  const absl::StatusOr<std::vector<record::InputFile>> files = record::ListInputFiles(inputs_);
  if (!files.ok()) return files.status();
  Progress progress;
  absl::StatusOr<record::MergedFiles> merged =
      record::MergeFiles(*files, std::thread::hardware_concurrency(),
                         [&](size_t done) { progress.Count(done, files->size(), "recordings"); });
  if (merged.ok() && merged->count == 0) {
    return absl::NotFoundError(
        absl::StrCat(inputs_.front(), ": no recording; `lockdep run --record` makes one"));
  }
  return merged;
}

int MergeCommand::Run() {
  absl::Status status = CheckWritable(output_);
  if (!status.ok()) return UsageError(std::string(status.message()));
  const absl::StatusOr<record::MergedFiles> merged = Merge();
  if (!merged.ok()) return UsageError(std::string(merged.status().message()));
  for (const std::string& warning : merged->warnings) Say(warning);
  status = WriteFile(output_, record::PackRecording(record::EncodeMerged(merged->recording)));
  if (!status.ok()) return UsageError(std::string(status.message()));
  std::printf("lockdep merge: %zu recordings, %zu runs: %zu classes, %zu dependencies\n",
              merged->count, merged->recording.runs.size(), merged->recording.classes.size(),
              merged->recording.dependencies.size());
  return kExitOk;
}

const CommandRegistration<MergeCommand> kRegistration(40);

}  // namespace
}  // namespace lockdep::cli
