#include "lockdep/order/order_diff.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace lockdep::order {
namespace {

using NamePair = std::pair<std::string, std::string>;

NamePair NamesOf(const PlacedArc& placed, const LockNames& names) {
  return {names.Canonical(placed.arc->from), names.Canonical(placed.arc->to)};
}

std::vector<PlacedArc> Missing(const OrderSet& from, const OrderSet& in, const LockNames& names) {
  absl::flat_hash_set<NamePair> known;
  for (const PlacedArc& placed : in.arcs()) known.insert(NamesOf(placed, names));
  std::vector<PlacedArc> missing;
  for (const PlacedArc& placed : from.arcs()) {
    if (known.insert(NamesOf(placed, names)).second) missing.push_back(placed);
  }
  return missing;
}

}  // namespace

OrderDiff Diff(const OrderSet& a, const OrderSet& b) {
  LockNames names;
  for (const OrderSet* set : {&a, &b}) {
    for (const OrderFile& file : set->files()) {
      for (const Alias& alias : file.aliases) names.Unite(alias.name, alias.spelling);
    }
  }
  return {Missing(a, b, names), Missing(b, a, names)};
}

std::string RenderArcs(const std::vector<PlacedArc>& arcs) {
  OrderFile file;
  const Section* last = nullptr;
  for (const PlacedArc& placed : arcs) {
    if (placed.section != last) {
      const bool has_source = !placed.section->source.empty() || file.sections.empty();
      file.sections.push_back({has_source ? placed.section->source : placed.file->path, {}});
    }
    last = placed.section;
    file.sections.back().arcs.push_back(*placed.arc);
  }
  return FormatOrderFile(file);
}

}  // namespace lockdep::order
