// What the tool says about its own work, on stderr: one line for each message,
// after "lockdep: ".  What it was asked for (reports, lists) goes elsewhere.
//
// Names in messages come from outside; what would act on a terminal is shown instead.
// Thread safety: used by one thread at a time.

#ifndef LOCKDEP_CLI_LOG_H_
#define LOCKDEP_CLI_LOG_H_

#include "absl/strings/string_view.h"

namespace lockdep::cli {

// Why something failed.
void SayError(absl::string_view message);

// What the user should know although the work goes on.
void Say(absl::string_view message);

// What was done just now; shown under --verbose, with the time since the message before.
void SayStep(absl::string_view message);

// Steps are shown from now on.
void BeVerbose();

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_LOG_H_
