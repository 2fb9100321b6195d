// The oracle's rule about contexts: an interruption is one more dependency, from a
// class that is held while a context may interrupt to one that is used in it, and
// must not close a strong cycle (docs/design.md, section 3, "Contexts").
//
// What "told once" means here: a step that first connects two classes in a context is
// told at least once for the context.  Dependencies that may have connected any are
// excused: none is looked for through them again.

#ifndef TESTS_ORACLE_INTERRUPTIONS_H_
#define TESTS_ORACLE_INTERRUPTIONS_H_

#include <vector>

#include "tests/oracle/relation.h"
#include "tests/oracle/step.h"

namespace lockdep::oracle {

// That a class is used in a context, or held while the context is enabled.
struct Usage {
  ClassName name;
  int context;  // A bit of a ContextSet.
  bool is_used;
  bool is_reader;  // Used by recursive readers; held by readers of either sort.

  friend bool operator==(const Usage&, const Usage&) = default;
};

// Code in `context` that waits for `used` may interrupt a holder of `enabled`.
struct Connection {
  ClassName used;
  ClassName enabled;
  int context;

  friend bool operator==(const Connection&, const Connection&) = default;
};

class Interruptions {
 public:
  void Add(const Usage& usage);

  // A dependency came; `is_excused` if it closed a cycle of locks.
  void Add(const Edge& edge, bool is_excused);

  // Classes ended for which `is_ended` holds, and with them all dependencies that
  // `others` has not.
  template <typename IsEnded>
  void Forget(const IsEnded& is_ended, const Relation& others) {
    std::erase_if(usages_, [&](const Usage& usage) { return is_ended(usage.name); });
    all_.KeepOnly(others);
    usable_.KeepOnly(others);
  }

  // Ends a step: the contexts in which it connects what was never connected before.
  std::vector<int> Settle();

  // Whether these dependencies, from `used` to `enabled`, are known and make a strong
  // cycle with the interruption.
  bool IsCycle(const Connection& connection, const std::vector<Edge>& path) const;

 private:
  std::vector<Edge> InterruptionsOf(const Connection& connection) const;
  std::vector<Connection> Pairs() const;
  bool Closes(const Relation& dependencies, const Connection& connection) const;

  std::vector<Usage> usages_;
  Relation all_;             // Without those that close cycles of locks.
  Relation usable_;          // Without those, too, that connected something when they came.
  std::vector<Edge> added_;  // In this step, and in `all_`.
  bool changed_ = false;
  std::vector<Connection> connected_;  // Ever.
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_INTERRUPTIONS_H_
