#include "lockdep/order/clang_attributes.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace lockdep::order {
namespace {

// Letters, digits and "_"; no digit first.
bool IsIdentifier(absl::string_view name) {
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), is_part);
}

// Identifiers with "::" between them.
bool IsCxxName(const std::string& name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, "::");
  return std::all_of(parts.begin(), parts.end(), IsIdentifier);
}

}  // namespace

std::string RenderAcquiredAfter(const OrderSet& set) {
  std::map<std::string, std::set<std::string>> before;
  for (const PlacedArc& placed : set.arcs()) {
    const Arc& arc = *placed.arc;
    if (arc.status == ArcStatus::kStale || set.IsInConflict(arc)) continue;
    before[arc.to].insert(arc.from);
  }
  std::string text;
  for (const auto& [lock, outer] : before) {
    const bool is_code = IsCxxName(lock) && std::all_of(outer.begin(), outer.end(), IsCxxName);
    absl::StrAppend(&text, is_code ? "" : "// ", "ACQUIRED_AFTER(", absl::StrJoin(outer, ", "),
                    is_code ? ")  // " : ") ", lock, "\n");
  }
  return text;
}

}  // namespace lockdep::order
