// A validator with the declared orders of Linux mm, whose findings go into a
// recording, as the hooks write one for a program: reports, gate and merge read
// it the same way.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_RECORDED_SESSION_H_
#define MM_MODEL_RECORDED_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lockdep/native_stack.h"
#include "lockdep/order/order_set.h"
#include "lockdep/record/recorder.h"
#include "mm_model/explore/finding_log.h"
#include "mm_model/runner.h"

namespace mm_model {

// The built-in order that `lockdep mm` enforces.
inline constexpr char kDeclaredOrder[] = "linux-6.12-mm";

// What the orders say together: built-in ones by name, others by file.
// InvalidArgument names file, line and reason.
absl::StatusOr<lockdep::order::OrderSet> LoadDeclaredOrder(
    const std::vector<std::string>& orders = {kDeclaredOrder});

class RecordedSession {
 public:
  struct Options {
    std::vector<std::string> orders = {kDeclaredOrder};  // For LoadDeclaredOrder.
    std::string command;                                 // For the recording, one line for people.
    std::string path;                                    // Of the recording.  Must not exist.
  };

  static absl::StatusOr<std::unique_ptr<RecordedSession>> Open(const Options& options);

  Runner& runner() { return *runner_; }
  FindingLog& log() { return log_; }
  lockdep::Validator& validator() { return *validator_; }
  const std::string& path() const { return options_.path; }
  lockdep::DeclaredOrder declared_order() const { return order_.declared_order(); }

  // Completes the recording.  Nothing may be run after that.
  absl::Status Finish();

 private:
  RecordedSession(Options options, lockdep::order::OrderSet order)
      : options_(std::move(options)), order_(std::move(order)) {}
  absl::Status Start();
  absl::Status WriteError(int error) const;

  const Options options_;
  const lockdep::order::OrderSet order_;
  lockdep::record::Recorder recorder_;
  FindingLog log_{&recorder_};
  lockdep::NativeStack stacks_;
  std::unique_ptr<lockdep::Validator> validator_;  // On the heap: its arena is not small.
  std::unique_ptr<Runner> runner_;
};

}  // namespace mm_model

#endif  // MM_MODEL_RECORDED_SESSION_H_
