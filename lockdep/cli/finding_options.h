// --suppressions and --order: what a command holds findings against, the same for
// every command that makes a report.

#ifndef LOCKDEP_CLI_FINDING_OPTIONS_H_
#define LOCKDEP_CLI_FINDING_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lockdep/order/order_set.h"
#include "lockdep/report/load.h"
#include "lockdep/report/report.h"
#include "lockdep/report/suppressions.h"

namespace CLI {
class App;
}

namespace lockdep::cli {

// What is made of recordings with a log of events.
enum class Events : uint8_t { kPassOver, kReplay };

class FindingOptions {
 public:
  void Configure(CLI::App& app);

  // More of each, as from the environment; empty names are none.
  void AddSuppressions(const std::string& path);
  void AddOrder(const std::string& input);

  // Reads the files.  InvalidArgument and others name file, line and reason.
  // What of an order cannot be enforced is said.
  absl::Status Read();

  // For report::LoadInputs.  Valid as long as this object.
  report::LoadOptions load_options() const {
    return {.order = order_.declared_order(), .enforce = enforce_};
  }

  // Reads the inputs with these options, telling how far it is.
  absl::StatusOr<report::Loaded> Load(const std::vector<std::string>& inputs,
                                      Events events = Events::kPassOver) const;

  // Marks what is suppressed, and says which suppressions are of no use; with
  // --enforce also which declared arcs.
  void Apply(report::Report* report) const;

 private:
  void SayStaleArcs(const report::Report& report) const;

  std::vector<std::string> suppression_paths_;
  std::vector<std::string> order_inputs_;
  bool enforce_ = false;
  std::vector<report::Suppression> suppressions_;
  order::OrderSet order_;
};

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_FINDING_OPTIONS_H_
