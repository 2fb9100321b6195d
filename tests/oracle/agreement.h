// What it means that engine and oracle agree on a step:
//   1. Findings about one lock are the same, in the same order.
//   2. Each cycle that the engine tells is a strong cycle of the oracle's
//      dependencies, its last step is one that closes it now, and the kind fits.
//   3. Each dependency that closes a cycle now lies on, or is closed through,
//      a cycle that the engine tells now: no mistake is hidden by another one.
//   4. Nothing is told twice.
//   5. Each dependency that the engine keeps is one of the oracle's.
//   6. Each connection by an interruption that the engine tells is a strong cycle of
//      the oracle's; and where the oracle finds classes connected in a context for
//      the first time, the engine tells of one in that context.
// And at the end of a program, and before a class ends:
//   7. Each unexcused dependency of the oracle's is implied by a strong path of
//      the engine's.  The engine may keep fewer, but must know as much.

#ifndef TESTS_ORACLE_AGREEMENT_H_
#define TESTS_ORACLE_AGREEMENT_H_

#include <optional>
#include <string>

#include "tests/oracle/engine_subject.h"
#include "tests/oracle/oracle.h"

namespace lockdep::oracle {

// Rules 1 to 6.  `oracle` has applied the step.  Returns what is wrong, if anything.
std::optional<std::string> Compare(const Verdict& verdict, const Oracle& oracle, const Told& told);

// A program through both, step by step.
class SideBySide {
 public:
  // `engine` is at the beginning of a program.
  SideBySide(const World& world, EngineSubject& engine) : oracle_(world), engine_(engine) {}

  // Returns what is wrong, if anything, by rules 1 to 6, and 7 where classes end.
  std::optional<std::string> Apply(const Step& step);
  // The same by rule 7.
  std::optional<std::string> Finish() const;

  // Whether nothing was told so far.
  bool silent() const { return silent_; }

 private:
  Oracle oracle_;
  EngineSubject& engine_;
  Relation kept_;  // What the engine said that it knows.
  bool silent_ = true;
};

// What is wrong, with the beginning of the program that shows it.
std::string Describe(const Program& program, size_t step, const std::string& what);

// Runs a program through both, with the engine's invariants checked after each
// step.  Returns the first disagreement in words, with the program as text.
std::optional<std::string> FindDisagreement(const Program& program, const World& world = {});

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_AGREEMENT_H_
