// Engine and oracle on every event program up to a bound.
//
// What is left out is left out because it cannot change a verdict:
//   - Programs that are others with locks or threads renamed: threads, and locks that
//     a world does not tell apart, come in the order of their first use.
//   - Programs that begin others: a program is compared event by event, so the
//     longest ones speak for their beginnings.
//   - For Unit::kAcquisitions, releases at any other time than right before the
//     thread's next acquisition, and in any other order than oldest first: in
//     between, nobody looks at what the thread holds, and releases of several
//     locks commute.  What does look (the release of a lock that another thread
//     holds, the other events) is covered by Unit::kEvents.

#ifndef TESTS_ORACLE_EXHAUSTION_H_
#define TESTS_ORACLE_EXHAUSTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/agreement.h"

namespace lockdep::oracle {

enum class Unit : uint8_t {
  kEvents,        // Events of the bound's, in any order, sensible or not.
  kAcquisitions,  // Acquisitions; before each, its thread releases any of its locks.
};

// What there is beside acquisitions, for Unit::kEvents.
enum class Events : uint8_t {
  kUsual,     // Releases, downgrades, waits given up, memory that ends, threads that end.
  kContexts,  // Releases, hardirqs that run, sections that mask interrupts.
  kClasses,   // Releases, hardirqs, locks that change their class, keys that end.
};

struct Bound {
  Unit unit;
  uint8_t length;  // In units.
  bool trylock = true;
  uint8_t threads = 2;
  uint8_t letters = 3;
  Events events = Events::kUsual;
  uint8_t modes = 3;  // To write, to read, to read recursively.
  // What locks of each letter are, and whether threads begin with contexts enabled.
  World world = {};
};

// One thread that writes to plain locks which spin and sleep, a local lock and a wait
// override, in contexts.
Bound RolesBound(uint8_t length);

// One thread that writes, in hardirqs too, to locks which change their classes, and whose
// keys end.
Bound ClassesBound(uint8_t length);

class Exhaustion {
 public:
  explicit Exhaustion(const Bound& bound)
      : bound_(bound), fresh_(bound_.world), engine_(bound_.world) {}

  // Returns the first disagreement in words, or nothing.
  std::optional<std::string> Run();

  uint64_t programs() const { return programs_; }  // Of all lengths up to the bound.
  uint64_t longest() const { return longest_; }    // Of these, run through the engine.
  uint64_t guilty() const { return guilty_; }      // Of the longest, in how many anything is told.

 private:
  // Applied to the oracle, with what it said; `after` is its state then.
  struct Node {
    Step step;
    Verdict verdict;
    Oracle after;
  };

  bool Extend(uint8_t length, uint8_t letters, uint8_t threads);
  bool ExtendBy(const Program& steps, uint8_t length, uint8_t letters, uint8_t threads);
  std::vector<Program> NextUnits(uint8_t letters, uint8_t threads) const;
  void AddReleases(uint8_t thread, Program acquisitions, std::vector<Program>& units) const;
  bool Compare();
  // Whether the engine's invariants are checked in this program, which takes some ten times
  // as long: in one of 61, since small programs differ little.
  bool LooksInside() const { return longest_ % 61 == 0; }
  bool CompareWithPath();
  bool CompareAnew();
  Program Steps() const;

  const Oracle& now() const { return path_.empty() ? fresh_ : path_.back().after; }

  Bound bound_;
  Oracle fresh_;
  std::vector<Node> path_;
  EngineSubject engine_;
  std::optional<std::string> disagreement_;
  uint64_t programs_ = 0;
  uint64_t longest_ = 0;
  uint64_t guilty_ = 0;
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_EXHAUSTION_H_
