#include "mm_model/rules/order_coverage.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "mm_model/runner.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

using lockdep::order::ArcStatus;
using lockdep::order::OrderSet;
using lockdep::order::PlacedArc;

constexpr OrderNote kNotes[] = {
#define MM_ORDER_NOTE(from, to, status, why) {from, to, OrderStatus::status, why},
#include "mm_model/rules/order_notes.def"
#undef MM_ORDER_NOTE
};

constexpr uint64_t kSeeds = 8;  // Random executions of each scenario.

// Hears of every dependency once, and notes which scenario was running.
class PairLog final : public lockdep::Observer {
 public:
  std::string scenario;
  ObservedPairs pairs;

  void OnClass(const lockdep::LockClass& lock_class) override {
    const char* const name = lock_class.name == nullptr ? "?" : lock_class.name;
    names_[lock_class.id] =
        lock_class.subclass == 0 ? name : absl::StrCat(name, "/", lock_class.subclass);
  }
  void OnDependency(const lockdep::Dependency& edge, const lockdep::Witness& /*witness*/) override {
    pairs.emplace(LockPair{names_[edge.from], names_[edge.to]}, scenario);
  }

 private:
  std::map<lockdep::ClassId, std::string> names_;
};

// Where locks are taken in this order one under the other, with others between
// them if need be: the scenario of the last link.
std::string WhereTaken(const ObservedPairs& observed, const LockPair& pair) {
  const auto direct = observed.find(pair);
  if (direct != observed.end()) return direct->second;
  std::set<std::string> seen = {pair.first};
  std::vector<std::string> todo = {pair.first};
  while (!todo.empty()) {
    const std::string from = todo.back();
    todo.pop_back();
    for (const auto& [known, scenario] : observed) {
      if (known.first != from) continue;
      if (known.second == pair.second) return scenario;
      if (seen.insert(known.second).second) todo.push_back(known.second);
    }
  }
  return "";
}

OrderStatus StatusOf(const OrderSet& orders, const lockdep::order::Arc& arc,
                     const OrderNote* note) {
  if (note != nullptr && note->status != OrderStatus::kCode) return note->status;
  if (arc.status == ArcStatus::kStale) return OrderStatus::kStale;
  return orders.IsInConflict(arc) ? OrderStatus::kDisputed : OrderStatus::kEnforced;
}

ArcCoverage CoverageOfArc(const OrderSet& orders, const PlacedArc& placed,
                          const ObservedPairs& observed) {
  const lockdep::order::Arc& arc = *placed.arc;
  const OrderNote* const note = FindOrderNote(arc.from, arc.to);
  return {.from = arc.from,
          .to = arc.to,
          .where = absl::StrCat(placed.section->source, ":", arc.source_line),
          .status = StatusOf(orders, arc, note),
          .why = note != nullptr ? note->why : arc.why,
          .exercised = WhereTaken(observed, {arc.from, arc.to})};
}

// "mm->mmap_lock/1" is, for the orders, mm->mmap_lock.
std::string WithoutSubclass(const std::string& name) { return name.substr(0, name.find('/')); }

}  // namespace

const char* ToString(OrderStatus status) {
  constexpr const char* kWords[] = {"enforced", "code", "stale", "disputed", "forbidden"};
  return kWords[static_cast<size_t>(status)];
}

const OrderNote* FindOrderNote(const std::string& from, const std::string& to) {
  const auto* const note =
      std::find_if(std::begin(kNotes), std::end(kNotes),
                   [&](const OrderNote& each) { return from == each.from && to == each.to; });
  return note == std::end(kNotes) ? nullptr : note;
}

ObservedPairs ObservePairs(const std::vector<const Scenario*>& scenarios) {
  PairLog log;
  const auto validator =
      std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
  Runner runner(*validator);
  for (const Scenario* scenario : scenarios) {
    log.scenario = scenario->name;
    const Program program = ProgramOf(*scenario);
    RoundRobin turns;
    runner.Run(program, turns, {});
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomOrder random(seed);
      runner.Run(program, random, {});
    }
  }
  return log.pairs;
}

OrderCoverage CoverageOf(const OrderSet& orders, const ObservedPairs& observed) {
  OrderCoverage coverage;
  for (const PlacedArc& placed : orders.arcs()) {
    coverage.arcs.push_back(CoverageOfArc(orders, placed, observed));
  }
  std::set<LockPair> declared;
  for (const lockdep::DeclaredArc& arc : orders.declared_order()) {
    declared.emplace(arc.from, arc.to);
  }
  for (const auto& [pair, scenario] : observed) {
    if (declared.contains({WithoutSubclass(pair.first), WithoutSubclass(pair.second)})) continue;
    const OrderNote* const note = FindOrderNote(pair.first, pair.second);
    coverage.undeclared.push_back({pair, scenario, note == nullptr ? "" : note->why});
  }
  return coverage;
}

}  // namespace mm_model
