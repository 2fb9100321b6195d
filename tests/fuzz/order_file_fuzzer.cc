// Any text: parses or is refused with one line; what parses prints to a text
// that parses to the same; what is enforced of it has no contradiction.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "lockdep/order/order_file.h"
#include "lockdep/order/order_set.h"
#include "lockdep/order/render.h"
#include "tests/fuzz/require.h"

namespace lockdep::order {
namespace {

void CheckError(const absl::Status& status) {
  const std::string message(status.message());
  FUZZ_REQUIRE(absl::StartsWith(message, "fuzz.order:"));
  FUZZ_REQUIRE(!absl::StrContains(message, "\n"));
}

OrderFile WithoutLines(OrderFile file) {
  for (Include& include : file.includes) include.line = 0;
  for (Alias& alias : file.aliases) alias.line = 0;
  for (Section& section : file.sections) {
    for (Arc& arc : section.arcs) arc.line = 0;
  }
  return file;
}

void CheckRoundTrip(const OrderFile& file) {
  const absl::StatusOr<OrderFile> again = ParseOrderFile(file.path, FormatOrderFile(file));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(WithoutLines(*again) == WithoutLines(file));
}

void CheckEnforced(const OrderSet& set) {
  absl::flat_hash_set<std::pair<std::string, std::string>> pairs;
  for (const DeclaredArc& arc : set.declared_order()) {
    FUZZ_REQUIRE(pairs.insert({arc.from, arc.to}).second);
    FUZZ_REQUIRE(!pairs.contains({arc.to, arc.from}));
  }
}

}  // namespace
}  // namespace lockdep::order

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lockdep::order;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<OrderFile> file = ParseOrderFile("fuzz.order", text);
  if (!file.ok()) {
    CheckError(file.status());
    return 0;
  }
  CheckRoundTrip(*file);
  std::vector<OrderFile> files;
  files.push_back(*std::move(file));
  const absl::StatusOr<OrderSet> set = OrderSet::Make(std::move(files));
  if (!set.ok()) {
    CheckError(set.status());
    return 0;
  }
  CheckEnforced(*set);
  RenderList(*set);
  RenderTree(*set);
  return 0;
}
