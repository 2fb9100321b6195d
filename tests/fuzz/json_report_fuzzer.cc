// Any text as a JSON report: it is refused with one line, or what is read of it can be
// told in every format, and reads as the same when it is written again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lockdep/report/format.h"
#include "lockdep/report/json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::report;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Report> report = ReadJson("fuzz.json", text);
  if (!report.ok()) {
    const std::string message(report.status().message());
    FUZZ_REQUIRE(message.starts_with("fuzz.json:"));
    FUZZ_REQUIRE(message.find('\n') == message.npos);
    return 0;
  }
  for (const Format& format : Formats()) {
    const std::string told = format.render(*report, {});
    FUZZ_REQUIRE(told.find('\033') == told.npos);
    FUZZ_REQUIRE(told.find('\0') == told.npos);
  }
  const std::string written = RenderJson(*report);
  const absl::StatusOr<Report> again = ReadJson("again.json", written);
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(RenderJson(*again) == written);
  return 0;
}
