// The dependencies between classes as an explicit set, and the question whether
// a cycle of them is strong, answered by trying all paths.
//
// Written from docs/design.md, section 3, and Documentation/locking/
// lockdep-design.rst of linux v6.12; slow, and obvious on purpose.

#ifndef TESTS_ORACLE_RELATION_H_
#define TESTS_ORACLE_RELATION_H_

#include <vector>

#include "tests/oracle/step.h"

namespace lockdep::oracle {

// `from` was held when `to` was waited for, in one of the four kinds.
struct Edge {
  ClassName from;
  ClassName to;
  bool shared;     // `from` was held by a reader, of either sort.
  bool recursive;  // `to` was taken by a recursive reader.

  friend bool operator==(const Edge&, const Edge&) = default;
};

Edge MakeEdge(ClassName from, ReadMode held, ClassName to, ReadMode taken);

// "A -EN-> B".
std::string Format(const Edge& edge);

// Who takes the lock between the two edges waits for who holds it, unless a
// recursive reader meets a reader.
bool Blocks(const Edge& in, const Edge& out);

// Two classes, whatever the kind.
struct Pair {
  ClassName from;
  ClassName to;

  friend bool operator==(const Pair&, const Pair&) = default;
};

class Relation {
 public:
  // Returns whether the edge is new.
  bool Add(const Edge& edge);

  // An order that somebody wrote down: an edge of the strongest kind.
  void Declare(Pair pair);

  // Forgets all edges but those that `other` has too, and what was said of the rest.
  void KeepOnly(const Relation& other);
  // Forgets the edges of classes for which `is_ended` holds.
  template <typename IsEnded>
  void Forget(const IsEnded& is_ended) {
    Relation others;
    for (const Edge& edge : edges_) {
      if (!is_ended(edge.from) && !is_ended(edge.to)) others.Add(edge);
    }
    KeepOnly(others);
  }

  // From now on no cycle is looked for through this edge.
  void Excuse(const Edge& edge);

  bool Contains(const Edge& edge) const;
  bool IsExcused(const Edge& edge) const;
  // Whether some edge between these classes is.
  bool IsExcused(Pair pair) const;
  const std::vector<Edge>& edges() const { return edges_; }

  // Which strong cycles an edge closes, by what the other steps are.
  struct Cycles {
    bool all_observed = false;   // There is one in which no other step is declared.
    bool some_declared = false;  // There is one in which some other step is.

    bool any() const { return all_observed || some_declared; }
  };
  Cycles ClosedBy(const Edge& closing) const;
  // Whether a path leads from one class to the other, strong or not, over all edges.
  bool Connects(ClassName from, ClassName to) const;

  // Whether these are edges of this relation and make a strong cycle.
  bool IsStrongCycle(const std::vector<Edge>& steps) const;

  // Whether a path of unexcused edges leads from `edge.from` to `edge.to` and
  // can stand for the edge in every strong path.
  bool Implies(const Edge& edge) const;

 private:
  void Extend(std::vector<Edge>& path, const Edge& closing, Cycles& found) const;
  bool Reach(std::vector<Edge>& path, const Edge& goal) const;
  bool IsDeclared(Pair pair) const;

  std::vector<Edge> edges_;
  std::vector<Pair> declared_;
  std::vector<Edge> excused_;
};

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_RELATION_H_
