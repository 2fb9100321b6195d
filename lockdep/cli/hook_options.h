// The options of the preload library that a run uses: those of the environment,
// then those of the command line, then what `run` itself decides.

#ifndef LOCKDEP_CLI_HOOK_OPTIONS_H_
#define LOCKDEP_CLI_HOOK_OPTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lockdep/options.h"

namespace lockdep::cli {

class HookOptions {
 public:
  // Adds options, which win over those that are there.  InvalidArgument names
  // `source`, the first part that is not understood, and why; nothing changes.
  absl::Status Add(absl::string_view text, absl::string_view source);

  // The later one wins here too.
  void SetFailOn(absl::string_view level);

  // Every event goes into the recordings.
  void RecordEvents();

  // All that was added, in the same language.
  const std::string& text() const { return text_; }

  const Options& values() const { return values_; }

  // "note", "feasible", "confirmed" or "never".
  const std::string& fail_on() const;

  // For LOCKDEP_OPTIONS; the recording goes to `record`, which may contain %p.  The
  // processes make no reports of their own, whatever the environment asks for.
  std::string ToString(absl::string_view record) const;

 private:
  std::string text_;
  Options values_;
};

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_HOOK_OPTIONS_H_
