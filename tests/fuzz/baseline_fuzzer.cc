// Any text as a baseline: it is refused with one line, or what is written of it
// reads as the same.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "lockdep/report/baseline.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::report;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Baseline> baseline = ParseBaseline(text, "fuzz.baseline");
  if (!baseline.ok()) {
    const std::string message(baseline.status().message());
    FUZZ_REQUIRE(absl::StartsWith(message, "fuzz.baseline:"));
    FUZZ_REQUIRE(!absl::StrContains(message, "\n"));
    return 0;
  }
  const std::string written = FormatBaseline(*baseline);
  const absl::StatusOr<Baseline> again = ParseBaseline(written, "fuzz.baseline");
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(FormatBaseline(*again) == written);
  FUZZ_REQUIRE(again->entries.size() == baseline->entries.size());
  for (const BaselineEntry& entry : baseline->entries) {
    FUZZ_REQUIRE(FindEntry(*again, entry.fingerprint) != nullptr);
  }
  return 0;
}
