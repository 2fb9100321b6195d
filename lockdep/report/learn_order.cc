#include "lockdep/report/learn_order.h"

#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/order_file.h"
#include "lockdep/order/order_set.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr char kHeader[] =
    "# Learned by `lockdep order learn`: what was seen is not yet what is meant.\n"
    "# One arc a line; the outer lock stands first.\n";

struct Learned {
  order::OrderFile file;
  size_t nameless = 0;
};

// The least function that showed an arc, so that the next run says the same.
std::string Why(const DependencyRow& row) {
  return row.to_site.function.empty() ? "" : Inert(Who(row.to_site));
}

Learned ArcsOf(const Report& report) {
  absl::flat_hash_map<std::string, std::string> names;
  for (const ClassRow& row : report.classes) names.emplace(row.name, row.order_name);
  Learned learned;
  std::map<std::pair<std::string, std::string>, std::string> arcs;
  for (const DependencyRow& row : report.dependencies) {
    if (row.kinds.empty()) continue;
    const std::string from = Inert(names[row.from]), to = Inert(names[row.to]);
    if (from.empty() || to.empty()) {
      ++learned.nameless;
    } else if (from != to) {
      const auto [at, is_new] = arcs.try_emplace({from, to}, Why(row));
      if (!is_new) at->second = std::min(at->second, Why(row));
    }
  }
  order::Section section;
  for (auto& [pair, why] : arcs) {
    section.arcs.push_back({.from = pair.first, .to = pair.second, .why = why});
  }
  if (!section.arcs.empty()) learned.file.sections.push_back(std::move(section));
  return learned;
}

}  // namespace

absl::StatusOr<std::string> LearnOrder(const Report& report) {
  Learned learned = ArcsOf(report);
  std::vector<order::OrderFile> files;
  files.push_back(std::move(learned.file));
  const absl::StatusOr<order::OrderSet> set = order::OrderSet::Make(std::move(files));
  if (!set.ok()) return set.status();
  std::string text = kHeader, disputed;
  for (const order::PlacedArc& placed : set->arcs()) {
    const bool is_disputed = set->IsInConflict(*placed.arc);
    absl::StrAppend(is_disputed ? &disputed : &text, is_disputed ? "# " : "",
                    order::FormatArc(*placed.arc), "\n");
  }
  if (!disputed.empty()) {
    absl::StrAppend(&text, "\n# Not proposed, for these go round in a circle:\n", disputed);
  }
  if (learned.nameless != 0) {
    absl::StrAppend(&text, "\n# Not proposed: ", learned.nameless,
                    " dependencies of locks that are known by their first use alone.\n");
  }
  return text;
}

}  // namespace lockdep::report
