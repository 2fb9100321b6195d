#include "lockdep/report/undeclared.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/order_file.h"

namespace lockdep::report {
namespace {

using record::DependencyEntry;
using NamePair = std::pair<std::string, std::string>;

record::ViolationEntry Undeclared(const DependencyEntry& entry, const NamePair& names) {
  record::ViolationEntry violation{.kind = ViolationKind::kUndeclaredDependency,
                                   .level = Level::kConfirmed,
                                   .thread = entry.thread,
                                   .stack = entry.to_stack,
                                   .run = entry.run};
  violation.lock = {entry.to, entry.to_mode, {}, entry.to_stack};
  violation.edges = {{.from = entry.from,
                      .to = entry.to,
                      .from_mode = entry.from_mode,
                      .to_mode = entry.to_mode,
                      .thread = entry.thread,
                      .from_stack = entry.from_stack,
                      .to_stack = entry.to_stack,
                      .run = entry.run}};
  violation.held = {{entry.from, entry.from_mode, {}, entry.from_stack}};
  // What to paste.
  violation.subject = order::FormatArc({.from = names.first, .to = names.second});
  return violation;
}

}  // namespace

void AddUndeclared(const ClassNames& names, record::Recording* recording) {
  // An arc may name one of two places that are called the same without their lines.
  absl::flat_hash_set<NamePair> settled;
  for (const record::DeclaredArcEntry& arc : recording->declared_arcs) {
    const std::string& from = names.at(arc.from).shown;
    const std::string& to = names.at(arc.to).shown;
    settled.emplace(from, to);
    settled.emplace(to, from);
  }
  absl::flat_hash_set<NamePair> told;
  absl::flat_hash_set<std::pair<ClassId, ClassId>> nameless;
  for (const DependencyEntry& entry : recording->dependencies) {
    const NamePair pair(names.at(entry.from).declared, names.at(entry.to).declared);
    if (pair.first.empty() || pair.second.empty()) {
      nameless.emplace(entry.from, entry.to);
      continue;
    }
    const bool is_settled =
        settled.contains({names.at(entry.from).shown, names.at(entry.to).shown});
    if (!is_settled && pair.first != pair.second && told.insert(pair).second) {
      recording->violations.push_back(Undeclared(entry, pair));
    }
  }
  if (nameless.empty()) return;
  std::string sentence =
      absl::StrCat(nameless.size(),
                   " dependencies are of locks that are known by their first use "
                   "alone; no declared order can name them.");
  if (recording->runs.empty()) {
    recording->unobserved.push_back(std::move(sentence));
  } else {
    recording->runs.front().unobserved.push_back(std::move(sentence));
  }
}

}  // namespace lockdep::report
