// Several order files as one declared order, closed and free of contradictions.
//
//   1. Aliases of all files are united: each lock has one name, the first that
//      its aliases give it.
//   2. Each section is closed: it orders a lock before all that its arcs lead to,
//      as an indented comment does, even if an arc on the way turns out wrong.
//   3. A pair that some arc calls stale is withdrawn, whoever else says it.
//   4. Locks that lie on a common cycle of what is left form a conflict.  What
//      orders two locks of one conflict is taken out, on either side.
//   5. The rest is closed once more, across sections and files.
//   6. Each pair is spelled in all ways that the aliases give.
//
// Invariants of declared_order(): (1) acyclic, but for the spellings of one
// lock, which have no order among themselves; (2) no two arcs alike.
//
// What is refused: an arc between two spellings of one lock, and more than
// kMaxPairs pairs.
//
// Thread safety: constant after Make.  Cost: locks times arcs.

#ifndef LOCKDEP_ORDER_ORDER_SET_H_
#define LOCKDEP_ORDER_ORDER_SET_H_

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/declared_order.h"
#include "lockdep/order/order_file.h"

namespace lockdep::order {

// A million pairs: a chain of 1,400 locks.  People write a few dozen.
inline constexpr size_t kMaxPairs = 1'000'000;

// The names of locks, with spellings of one lock united.
class LockNames {
 public:
  // Makes `spelling` another name of the lock `name`.
  void Unite(const std::string& name, const std::string& spelling);

  // The first name of the lock that `spelling` names: itself if nothing is known.
  std::string Canonical(const std::string& spelling) const;

  // All names of the lock whose first name is `canonical`, that one first.
  std::vector<std::string> Spellings(const std::string& canonical) const;

 private:
  absl::flat_hash_map<std::string, std::string> canonical_;
  absl::flat_hash_map<std::string, std::vector<std::string>> spellings_;
};

// An arc and where it stands.
struct PlacedArc {
  const OrderFile* file = nullptr;
  const Section* section = nullptr;
  const Arc* arc = nullptr;
};

// declared-order-conflict: locks that the arcs order in a circle.
struct Conflict {
  std::vector<std::string> locks;  // Sorted.
  // All arcs among them and, where a section's arcs order two of them by way of a
  // stale one, the first and the last of these.  In the order of the files.
  std::vector<PlacedArc> arcs;
};

class OrderSet {
 public:
  // An empty order.
  OrderSet() = default;
  OrderSet(OrderSet&&) = default;
  OrderSet& operator=(OrderSet&&) = default;

  static absl::StatusOr<OrderSet> Make(std::vector<OrderFile> files);

  const std::vector<OrderFile>& files() const { return files_; }
  const LockNames& names() const { return names_; }

  // Every arc, in the order of the files.
  const std::vector<PlacedArc>& arcs() const { return arcs_; }
  const std::vector<Conflict>& conflicts() const { return conflicts_; }

  // Whether the arc takes part in a conflict.
  bool IsInConflict(const Arc& arc) const { return in_conflict_.contains(&arc); }

  // What the engine enforces.  Valid as long as this set or what it was moved to.
  DeclaredOrder declared_order() const { return declared_; }

 private:
  class Builder;

  std::vector<OrderFile> files_;
  LockNames names_;
  std::vector<PlacedArc> arcs_;
  std::vector<Conflict> conflicts_;
  absl::flat_hash_set<const Arc*> in_conflict_;
  std::vector<DeclaredArc> declared_;
  std::deque<std::string> texts_;  // What `declared_` points to; never moves.
};

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_ORDER_SET_H_
