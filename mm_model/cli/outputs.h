// Where a subcommand's report goes: stdout, files, and the recording itself.

#ifndef MM_MODEL_CLI_OUTPUTS_H_
#define MM_MODEL_CLI_OUTPUTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lockdep/report/report.h"
#include "mm_model/machine.h"

namespace CLI {
class App;
}

namespace mm_model {

void Print(const std::string& text);

// "" if the text is a number from 0, such as a seed; else what is wrong with it.  For option
// checks.
std::string CheckCount(const std::string& text);
// The same for a time, up to a year.
std::string CheckSeconds(const std::string& text);

// --report and --record.
class Outputs {
 public:
  void Configure(CLI::App& app);

  // Refuses what cannot be written, before the run.
  absl::Status Check() const;

  // Writes the files, with the tables of the VMA lock of this kind in them; what
  // fails is said.  Returns whether all was written.
  bool Write(lockdep::report::Report report, const std::string& recording,
             VmaLockGeneration generation) const;

 private:
  std::string record_;
  std::vector<std::string> reports_;
};

// Whether some finding is one that an exit code of 1 is for.
bool HasFindings(const lockdep::report::Report& report);

}  // namespace mm_model

#endif  // MM_MODEL_CLI_OUTPUTS_H_
