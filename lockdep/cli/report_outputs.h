// --report FILE and --fail-on LEVEL: the same for every command that ends in a verdict.

#ifndef LOCKDEP_CLI_REPORT_OUTPUTS_H_
#define LOCKDEP_CLI_REPORT_OUTPUTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lockdep/report/report.h"

namespace CLI {
class App;
}

namespace lockdep::cli {

class ReportOutputs {
 public:
  void Configure(CLI::App& app, const char* about);

  // Whether each file has a format, and could be written.
  absl::Status Check() const;

  // Writes all that can be; the first failure.
  absl::Status Write(const report::Report& report) const;

 private:
  std::vector<std::string> paths_;
};

// The option for `level`, whose value stays where it is not given.
void AddFailOn(CLI::App& app, std::string* level);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_REPORT_OUTPUTS_H_
