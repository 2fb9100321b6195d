// A run that a test makes up: a validator whose recording becomes a report, by
// the same path as that of a real program.

#ifndef LOCKDEP_TESTS_REPORT_RECORDED_RUN_H_
#define LOCKDEP_TESTS_REPORT_RECORDED_RUN_H_

#include <gtest/gtest.h>

#include <string>

#include "lockdep/native_stack.h"
#include "lockdep/record/recorder.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/builder.h"
#include "lockdep/report/report.h"
#include "lockdep/validator.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/bank.h"

namespace lockdep::report {

class RecordedRun {
 public:
  explicit RecordedRun(const std::string& command = "prog", DeclaredOrder order = {})
      : path_(directory_ / "run.lockdep"),
        validator_({.observer = &recorder_,
                    .stacks = &stacks_,
                    .declared_order = order,
                    .context_names = bank::kContextNames}) {
    EXPECT_EQ(recorder_.Open(path_.c_str(), command.c_str()), 0);
    bank_.thread = validator_.CreateThread("main");
  }

  // Threads are numbered from 1; "main" runs first.
  void SwitchTo(const char* new_thread) { bank_.thread = validator_.CreateThread(new_thread); }

  bank::Bank& bank() { return bank_; }
  Validator& validator() { return validator_; }
  record::Recorder& recorder() { return recorder_; }

  // Ends the run in an orderly way; returns the recording's path.
  const std::string& Finish() {
    if (recorder_.is_open()) {
      recorder_.FlushChains();
      recorder_.WriteTotals({validator_.Stats().acquisitions, 2, validator_.Stats().chains});
      recorder_.WriteEnd();
      recorder_.Close();
    }
    return path_;
  }

  Report ToReport() {
    absl::StatusOr<record::Recording> recording = record::ReadRecording(Finish());
    EXPECT_TRUE(recording.ok()) << recording.status();
    if (!recording.ok()) return {};
    EXPECT_TRUE(recording->warnings.empty()) << recording->warnings[0];
    return ReportBuilder().Build(*recording);
  }

 private:
  TemporaryDirectory directory_;
  const std::string path_;
  record::Recorder recorder_;
  NativeStack stacks_;
  Validator validator_;
  bank::Bank bank_{validator_};
};

// The only finding of a report.
inline Finding OnlyFinding(const Report& report) {
  EXPECT_EQ(report.findings.size(), 1u);
  return report.findings.empty() ? Finding() : report.findings[0];
}

}  // namespace lockdep::report

#endif  // LOCKDEP_TESTS_REPORT_RECORDED_RUN_H_
