#include "lockdep/order/order_set.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/pair_closure.h"

namespace lockdep::order {

void LockNames::Unite(const std::string& name, const std::string& spelling) {
  const std::string canonical = Canonical(name);
  const std::string other = Canonical(spelling);
  if (canonical == other) return;
  std::vector<std::string> moved = Spellings(other);
  spellings_.erase(other);
  std::vector<std::string>& all = spellings_[canonical];
  if (all.empty()) all.push_back(canonical);
  for (std::string& one : moved) {
    canonical_[one] = canonical;
    all.push_back(std::move(one));
  }
}

std::string LockNames::Canonical(const std::string& spelling) const {
  const auto entry = canonical_.find(spelling);
  return entry == canonical_.end() ? spelling : entry->second;
}

std::vector<std::string> LockNames::Spellings(const std::string& canonical) const {
  const auto entry = spellings_.find(canonical);
  return entry == spellings_.end() ? std::vector<std::string>{canonical} : entry->second;
}

// Fills an OrderSet step by step; the steps are those of the header.
class OrderSet::Builder {
 public:
  explicit Builder(OrderSet* set) : set_(*set) {}

  absl::Status Build();

 private:
  using LockPair = std::pair<int, int>;

  void UniteAliases();
  absl::Status ListArcs();
  absl::Status CloseSections();
  void Withdraw();
  void FindComponents();
  void ListConflicts();
  absl::Status CloseAll();
  absl::Status Spell();

  int LockNumber(const std::string& spelling);
  const PlacedArc& ArcAt(int number) const { return set_.arcs_[static_cast<size_t>(number)]; }
  int ComponentOf(int lock) const { return component_[static_cast<size_t>(lock)]; }
  bool IsWithdrawn(const OrderedPair& pair) const;
  bool IsInConflict(const OrderedPair& pair) const;
  void Declare(const OrderedPair& pair);
  absl::Status TooManyPairs(const OrderedPair& pair) const;
  std::string Declaration(const OrderedPair& pair) const;
  const char* Keep(std::string text);

  OrderSet& set_;
  absl::flat_hash_map<std::string, int> numbers_;
  std::vector<std::string> locks_;    // By number.
  std::vector<OrderedPair> implied_;  // By the arcs of one section.
  std::vector<OrderedPair> stated_;   // One for each of set_.arcs_.
  absl::flat_hash_set<LockPair> withdrawn_;
  std::vector<int> component_;  // By number of lock.
  std::vector<OrderedPair> in_force_;
  absl::flat_hash_set<LockPair> is_in_force_;
};

absl::Status OrderSet::Builder::Build() {
  UniteAliases();
  if (absl::Status status = ListArcs(); !status.ok()) return status;
  if (absl::Status status = CloseSections(); !status.ok()) return status;
  Withdraw();
  FindComponents();
  ListConflicts();
  // What an arc states comes first, so that no implied pair takes its place.
  for (const OrderedPair& pair : stated_) Declare(pair);
  for (const OrderedPair& pair : implied_) Declare(pair);
  if (absl::Status status = CloseAll(); !status.ok()) return status;
  return Spell();
}

void OrderSet::Builder::UniteAliases() {
  for (const OrderFile& file : set_.files_) {
    for (const Alias& alias : file.aliases) set_.names_.Unite(alias.name, alias.spelling);
  }
}

int OrderSet::Builder::LockNumber(const std::string& spelling) {
  const std::string name = set_.names_.Canonical(spelling);
  const auto [entry, is_new] = numbers_.try_emplace(name, static_cast<int>(locks_.size()));
  if (is_new) locks_.push_back(name);
  return entry->second;
}

absl::Status OrderSet::Builder::ListArcs() {
  for (const OrderFile& file : set_.files_) {
    for (const Section& section : file.sections) {
      for (const Arc& arc : section.arcs) {
        const int number = static_cast<int>(stated_.size());
        stated_.push_back({LockNumber(arc.from), LockNumber(arc.to), number, number});
        set_.arcs_.push_back({&file, &section, &arc});
        if (stated_.back().from != stated_.back().to) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            file.path, ":", arc.line, ": orders ", FormatName(arc.from), " before ",
            FormatName(arc.to), ", which an alias makes the same lock; expected two locks"));
      }
    }
  }
  return absl::OkStatus();
}

void OrderSet::Builder::Withdraw() {
  for (const OrderedPair& pair : stated_) {
    const Arc& arc = *ArcAt(pair.first_arc).arc;
    if (arc.status == ArcStatus::kStale) withdrawn_.insert({pair.from, pair.to});
  }
}

bool OrderSet::Builder::IsWithdrawn(const OrderedPair& pair) const {
  return withdrawn_.contains({pair.from, pair.to});
}

// A pair within one component contradicts others of it, whether stated or implied.
bool OrderSet::Builder::IsInConflict(const OrderedPair& pair) const {
  return !IsWithdrawn(pair) && ComponentOf(pair.from) == ComponentOf(pair.to);
}

void OrderSet::Builder::FindComponents() {
  std::vector<OrderedPair> valid;
  for (const std::vector<OrderedPair>* pairs : {&stated_, &implied_}) {
    for (const OrderedPair& pair : *pairs) {
      if (!IsWithdrawn(pair)) valid.push_back(pair);
    }
  }
  component_ = Components(valid, static_cast<int>(locks_.size()));
}

void OrderSet::Builder::ListConflicts() {
  // Ordered, as the result must not depend on hashes.
  std::map<int, std::set<int>> arcs_of_component;
  for (const std::vector<OrderedPair>* pairs : {&stated_, &implied_}) {
    for (const OrderedPair& pair : *pairs) {
      if (!IsInConflict(pair)) continue;
      arcs_of_component[ComponentOf(pair.from)].insert({pair.first_arc, pair.last_arc});
      if (pairs == &stated_) set_.in_conflict_.insert(ArcAt(pair.first_arc).arc);
    }
  }
  std::map<int, std::vector<std::string>> locks_of_component;
  for (size_t lock = 0; lock < locks_.size(); ++lock) {
    if (!arcs_of_component.contains(component_[lock])) continue;
    locks_of_component[component_[lock]].push_back(locks_[lock]);
  }
  std::multimap<int, Conflict> by_first_arc;
  for (const auto& [component, numbers] : arcs_of_component) {
    Conflict conflict{.locks = std::move(locks_of_component[component]), .arcs = {}};
    std::sort(conflict.locks.begin(), conflict.locks.end());
    for (const int number : numbers) conflict.arcs.push_back(ArcAt(number));
    by_first_arc.emplace(*numbers.begin(), std::move(conflict));
  }
  for (auto& [number, conflict] : by_first_arc) set_.conflicts_.push_back(std::move(conflict));
}

void OrderSet::Builder::Declare(const OrderedPair& pair) {
  if (IsWithdrawn(pair) || IsInConflict(pair)) return;
  if (is_in_force_.insert({pair.from, pair.to}).second) in_force_.push_back(pair);
}

absl::Status OrderSet::Builder::CloseSections() {
  const std::span<const OrderedPair> all(stated_);
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const Section* section = set_.arcs_[begin].section;
    while (end < all.size() && set_.arcs_[end].section == section) ++end;
    const auto implied = ImpliedPairs(all.subspan(begin, end - begin), kMaxPairs - implied_.size());
    if (!implied.has_value()) return TooManyPairs(all[begin]);
    implied_.insert(implied_.end(), implied->begin(), implied->end());
  }
  return absl::OkStatus();
}

absl::Status OrderSet::Builder::CloseAll() {
  const auto implied = ImpliedPairs(in_force_, kMaxPairs);
  if (!implied.has_value()) return TooManyPairs(in_force_.front());
  for (const OrderedPair& pair : *implied) Declare(pair);
  return absl::OkStatus();
}

absl::Status OrderSet::Builder::TooManyPairs(const OrderedPair& pair) const {
  const PlacedArc& placed = ArcAt(pair.first_arc);
  return absl::InvalidArgumentError(absl::StrCat(
      placed.file->path, ":", placed.arc->line, ": the order that begins here implies more than ",
      kMaxPairs, " pairs of names; expected fewer locks or spellings in one order"));
}

std::string OrderSet::Builder::Declaration(const OrderedPair& pair) const {
  const PlacedArc& first = ArcAt(pair.first_arc);
  std::string text = Describe(*first.file, *first.section, *first.arc);
  if (pair.last_arc == pair.first_arc) return text;
  const PlacedArc& last = ArcAt(pair.last_arc);
  return absl::StrCat(text, ", then ", Describe(*last.file, *last.section, *last.arc));
}

const char* OrderSet::Builder::Keep(std::string text) {
  return set_.texts_.emplace_back(std::move(text)).c_str();
}

absl::Status OrderSet::Builder::Spell() {
  std::vector<std::vector<const char*>> spellings;
  for (const std::string& lock : locks_) {
    std::vector<const char*>& kept = spellings.emplace_back();
    for (std::string& name : set_.names_.Spellings(lock)) kept.push_back(Keep(std::move(name)));
  }
  for (const OrderedPair& pair : in_force_) {
    const std::vector<const char*>& froms = spellings[static_cast<size_t>(pair.from)];
    const std::vector<const char*>& tos = spellings[static_cast<size_t>(pair.to)];
    if (set_.declared_.size() + froms.size() * tos.size() > kMaxPairs) return TooManyPairs(pair);
    const char* declaration = Keep(Declaration(pair));
    for (const char* from : froms) {
      for (const char* to : tos) set_.declared_.push_back({from, to, declaration});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OrderSet> OrderSet::Make(std::vector<OrderFile> files) {
  OrderSet set;
  set.files_ = std::move(files);
  if (absl::Status status = Builder(&set).Build(); !status.ok()) return status;
  return set;
}

}  // namespace lockdep::order
