#include "mm_model/verify/museum_check.h"

#include <algorithm>
#include <memory>

namespace mm_model {
namespace {

std::vector<Discovery> DiscoveriesIn(const Scenario& scenario, lockdep::DeclaredOrder order,
                                     uint64_t max_executions, bool stop_at_first,
                                     uint64_t* executions) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  Explorer explorer(runner, log, order);
  const Exploration exploration = explorer.Explore(
      ProgramOf(scenario),
      {.limits = {.max_executions = max_executions}, .stop_at_first = stop_at_first});
  *executions += exploration.coverage.executions + exploration.coverage.cut;
  return exploration.discoveries;
}

void NoteBroken(const std::vector<Discovery>& discoveries, MuseumVerdict* verdict) {
  const auto expected =
      std::find_if(discoveries.begin(), discoveries.end(), [&](const Discovery& discovery) {
        return discovery.finding.kind == verdict->piece->expected;
      });
  verdict->broken_is_flagged = expected != discoveries.end();
  if (discoveries.empty()) return;
  const Discovery& told = verdict->broken_is_flagged ? *expected : discoveries.front();
  verdict->finding = told.finding;
  verdict->schedule = told.schedule;
}

}  // namespace

MuseumVerdict CheckPiece(const MuseumPiece& piece, lockdep::DeclaredOrder order,
                         uint64_t max_executions) {
  MuseumVerdict verdict{.piece = &piece};
  const auto broken = DiscoveriesIn(piece.broken, order, max_executions, true, &verdict.executions);
  NoteBroken(broken, &verdict);
  if (!verdict.broken_is_flagged) {  // Perhaps something else came first.
    NoteBroken(DiscoveriesIn(piece.broken, order, max_executions, false, &verdict.executions),
               &verdict);
  }
  const auto fixed = DiscoveriesIn(piece.fixed, order, max_executions, false, &verdict.executions);
  verdict.fixed_is_clean = fixed.empty();
  if (!fixed.empty()) verdict.fixed_finding = fixed.front().finding;
  return verdict;
}

}  // namespace mm_model
