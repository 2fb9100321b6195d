// Any source file: its lock-order comment is read or refused with one line, and
// what is read can be written as an order file.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "lockdep/order/kernel_comment.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::order;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<OrderFile> file = ParseKernelComment("mm/fuzz.c", "mm/fuzz.c", text);
  if (!file.ok()) {
    const std::string message(file.status().message());
    FUZZ_REQUIRE(absl::StartsWith(message, "mm/fuzz.c:"));
    FUZZ_REQUIRE(!absl::StrContains(message, "\n"));
    return 0;
  }
  const absl::StatusOr<OrderFile> again = ParseOrderFile("fuzz.order", FormatOrderFile(*file));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(again->sections.size() == file->sections.size());
  return 0;
}
