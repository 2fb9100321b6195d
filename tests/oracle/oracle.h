// The naive reference validator: the rules of docs/design.md, section 3, in the
// most obvious way.  It shares words with the engine (events, modes, kinds of
// violation) and not a line of code: no chains, no cache, no shortcuts.
//
// What "one mistake is told once" means is stated here and nowhere else:
//   - A finding about one lock is told once for each kind and class.
//   - A dependency that closes a strong cycle is excused: no cycle is looked for
//     through it again.  It is told unless its two classes were told of before.

#ifndef TESTS_ORACLE_ORACLE_H_
#define TESTS_ORACLE_ORACLE_H_

#include <array>
#include <vector>

#include "tests/oracle/relation.h"
#include "tests/oracle/step.h"

namespace lockdep::oracle {

// A violation that is about one lock.
struct Finding {
  ViolationKind kind;
  ClassName name;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// A new dependency that closes strong cycles, and what sort of cycles.
struct Closing {
  Edge edge;
  Relation::Cycles cycles;
};

struct Verdict {
  std::vector<Finding> findings;
  std::vector<Closing> closing;

  bool silent() const { return findings.empty() && closing.empty(); }
};

// An order between two letters.
struct DeclaredLetters {
  uint8_t from;
  uint8_t to;
};

class Oracle {
 public:
  explicit Oracle(std::vector<DeclaredLetters> declared = {}) : declared_(std::move(declared)) {}

  Verdict Apply(const Step& step);

  // Everything that was ever held while something else was waited for.
  const Relation& dependencies() const { return dependencies_; }

  struct Held {
    Lock lock;
    ClassName name;
    ReadMode mode;
  };
  // Oldest first.
  const std::vector<Held>& held(uint8_t thread) const { return held_[thread]; }

 private:
  void Acquire(const Step& step, Verdict& verdict);
  void Release(const Step& step, Verdict& verdict);
  void Downgrade(const Step& step, Verdict& verdict);
  void Destroy(const Step& step, Verdict& verdict);
  void Exit(const Step& step, Verdict& verdict);

  enum class Recursion { kNone, kSerialised };
  Recursion CheckRecursion(const Step& step, Verdict& verdict);
  void AddDependencies(const Step& step, Verdict& verdict);

  void SeeClass(ClassName name);
  bool Holds(uint8_t thread, Lock lock) const;
  Held* NewestOf(uint8_t thread, Lock lock);
  void Drop(uint8_t thread, Lock lock);
  void Tell(ViolationKind kind, ClassName name, Verdict& verdict);

  std::vector<DeclaredLetters> declared_;
  Relation dependencies_;
  std::vector<ClassName> seen_;
  std::vector<Finding> told_;
  std::array<std::vector<Held>, kMaxThreads> held_;
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_ORACLE_H_
