// Any text as suppressions, its own and ThreadSanitizer's: it is refused with one
// line, or held against a finding; none matches everything.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "lockdep/report/suppressions.h"
#include "tests/fuzz/require.h"

namespace {

lockdep::report::Report OneFinding() {
  lockdep::report::Report report;
  lockdep::report::Finding& finding = report.findings.emplace_back();
  finding.kind = "lock-order-inversion";
  finding.locks = {{.class_name = "bank::log", .name = "bank::log"}};
  finding.stack = {{.function = "bank::Audit()", .file = "bank.cc", .line = 3, .module = "/bank"}};
  return report;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::report;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto suppressions = ParseSuppressions(text, "fuzz.txt");
  if (!suppressions.ok()) {
    const std::string message(suppressions.status().message());
    FUZZ_REQUIRE(absl::StartsWith(message, "fuzz.txt:"));
    FUZZ_REQUIRE(!absl::StrContains(message, "\n"));
    return 0;
  }
  for (const Suppression& suppression : *suppressions) {
    FUZZ_REQUIRE(!suppression.reason.empty());
    FUZZ_REQUIRE(absl::StartsWith(suppression.place, "fuzz.txt:"));
  }
  Report report = OneFinding();
  const SuppressionUse use = Suppress(*suppressions, "2030-06-15", &report);
  FUZZ_REQUIRE(use.unused.size() <= suppressions->size());
  FUZZ_REQUIRE(use.expired.size() <= suppressions->size());
  FUZZ_REQUIRE(!suppressions->empty() || !report.findings[0].suppressed_by.has_value());
  return 0;
}
