#include "tests/oracle/agreement.h"

#include <algorithm>

namespace lockdep::oracle {
namespace {

std::string Format(const ToldCycle& cycle) {
  std::string text = ToString(cycle.kind);
  for (const ToldStep& step : cycle.steps) text += ", " + oracle::Format(step.edge());
  return text;
}

std::string Format(const std::vector<Finding>& findings) {
  std::string text = "[";
  for (const Finding& finding : findings) {
    text += std::string(text.size() == 1 ? "" : ", ") + ToString(finding.kind) + " " +
            oracle::Format(finding.name);
  }
  return text + "]";
}

std::vector<Edge> EdgesOf(const ToldCycle& cycle) {
  std::vector<Edge> edges;
  for (const ToldStep& step : cycle.steps) edges.push_back(step.edge());
  return edges;
}

// Whether the last step of the cycle closes one of its kind just now.
bool IsClosedNow(const ToldCycle& cycle, const Verdict& verdict) {
  return std::any_of(verdict.closing.begin(), verdict.closing.end(), [&](const Closing& closing) {
    const bool kind_fits = cycle.kind == ViolationKind::kDeclaredOrderViolation
                               ? closing.cycles.some_declared
                               : closing.cycles.all_observed;
    return kind_fits && cycle.steps.back().edge() == closing.edge;
  });
}

bool IsToldOnce(const ToldCycle& cycle, const Told& told) {
  return std::count_if(told.cycles.begin(), told.cycles.end(), [&cycle](const ToldCycle& one) {
           return one.steps.back().edge() == cycle.steps.back().edge();
         }) == 1;
}

bool Crosses(const ToldCycle& cycle, ClassName name) {
  return std::any_of(cycle.steps.begin(), cycle.steps.end(),
                     [name](const ToldStep& step) { return step.from == name; });
}

std::optional<std::string> CompareCycles(const Verdict& verdict, const Oracle& oracle,
                                         const Told& told) {
  for (const ToldCycle& cycle : told.cycles) {
    if (!oracle.dependencies().IsStrongCycle(EdgesOf(cycle))) {
      return "the engine tells what is no strong cycle: " + Format(cycle);
    }
    if (!IsClosedNow(cycle, verdict)) return "nothing of that kind closes now: " + Format(cycle);
    if (!IsToldOnce(cycle, told)) return "the engine tells twice: " + Format(cycle);
  }
  for (const Closing& closing : verdict.closing) {
    if (std::none_of(told.cycles.begin(), told.cycles.end(), [&closing](const ToldCycle& cycle) {
          return Crosses(cycle, closing.edge.from);
        })) {
      return "the engine does not tell of the cycle closed by " + Format(closing.edge);
    }
  }
  return std::nullopt;
}

std::string Format(const Connection& connection) {
  return oracle::Format(connection.used) + " used, " + oracle::Format(connection.enabled) +
         " enabled, " + testing::kContextNames[connection.context];
}

std::optional<std::string> CompareInterruptions(const Verdict& verdict, const Oracle& oracle,
                                                const Told& told) {
  std::vector<int> contexts;
  for (const ToldInterruption& one : told.interruptions) {
    const bool one_class = one.connection.used == one.connection.enabled;
    if (one_class != (one.kind == ViolationKind::kInconsistentContext)) {
      return "the wrong kind: " + Format(one.connection);
    }
    if (!oracle.interruptions().IsCycle(one.connection, one.path)) {
      return "the engine tells what is no strong cycle: " + Format(one.connection);
    }
    if (one.again) return "the engine tells twice: " + Format(one.connection);
    contexts.push_back(one.connection.context);
  }
  for (const int context : verdict.interrupted) {
    if (std::find(contexts.begin(), contexts.end(), context) != contexts.end()) continue;
    return std::string("the engine does not tell of what is connected now in context ") +
           testing::kContextNames[context];
  }
  return std::nullopt;
}

std::optional<std::string> CompareKnowledge(const Oracle& oracle, const Relation& engine) {
  for (const Edge& edge : oracle.dependencies().edges()) {
    if (oracle.dependencies().IsExcused(edge)) continue;
    if (!engine.Implies(edge)) return "the engine does not know " + Format(edge);
  }
  return std::nullopt;
}

// Both sides excuse the same edges.
void Keep(const Edge& edge, const Oracle& oracle, Relation& kept) {
  kept.Add(edge);
  if (oracle.dependencies().IsExcused(edge)) kept.Excuse(edge);
}

}  // namespace

std::optional<std::string> Compare(const Verdict& verdict, const Oracle& oracle, const Told& told) {
  if (verdict.findings != told.findings) {
    return "engine " + Format(told.findings) + ", oracle " + Format(verdict.findings);
  }
  for (const Edge& edge : told.dependencies) {
    if (!oracle.dependencies().Contains(edge)) return "nobody showed " + Format(edge);
  }
  if (const auto wrong = CompareCycles(verdict, oracle, told)) return wrong;
  return CompareInterruptions(verdict, oracle, told);
}

std::optional<std::string> SideBySide::Apply(const Step& step) {
  const bool ends_keys = step.op == Op::kEndKeys;
  if (ends_keys) {  // What is implied by way of these classes now may be forgotten.
    if (auto wrong = Finish()) return wrong;
  }
  const Verdict verdict = oracle_.Apply(step);
  const Told& told = engine_.Apply(step);
  silent_ = silent_ && told.silent();
  if (auto wrong = Compare(verdict, oracle_, told)) return wrong;
  for (const Edge& edge : told.dependencies) Keep(edge, oracle_, kept_);
  if (!ends_keys) return std::nullopt;
  kept_.Forget([this](ClassName name) { return oracle_.HasEnded(name); });
  oracle_.KeepOnly(kept_);
  return std::nullopt;
}

std::optional<std::string> SideBySide::Finish() const { return CompareKnowledge(oracle_, kept_); }

std::string Describe(const Program& program, size_t step, const std::string& what) {
  return what + "\n  at event " + std::to_string(step + 1) + " of: " + Format(program);
}

std::optional<std::string> FindDisagreement(const Program& program, const World& world) {
  EngineSubject engine(world);
  SideBySide both(world, engine);
  for (size_t i = 0; i < program.size(); ++i) {
    const auto wrong = both.Apply(program[i]);
    engine.validator().CheckInvariants();
    if (wrong.has_value()) return Describe(program, i, *wrong);
  }
  if (const auto wrong = both.Finish()) return Describe(program, program.size() - 1, *wrong);
  return std::nullopt;
}

}  // namespace lockdep::oracle
