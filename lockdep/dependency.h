// A dependency L1 -> L2 records that a thread held L1 when it waited, or could
// have waited, for L2.  Two facts about it matter: whether L1 was held
// exclusively, and whether L2 can be blocked by a writer that only queues.
// They make four kinds; docs/design.md shows why four are enough.
//
// Source: linux v6.12 kernel/locking/lockdep.c, "DEP_SR_BIT" and following;
// Documentation/locking/lockdep-design.rst, "Dependency types and strong paths".

#ifndef LOCKDEP_DEPENDENCY_H_
#define LOCKDEP_DEPENDENCY_H_

#include <cstdint>

#include "lockdep/types.h"

namespace lockdep {

// First letter: L1 held Shared or Exclusive.  Second: L2 taken Recursively
// (as a recursive read) or Not.
enum class DependencyKind : uint8_t { kSR = 0, kER = 1, kSN = 2, kEN = 3 };
inline constexpr int kDependencyKinds = 4;

// A set of kinds: bit n stands for the kind of value n.
using DependencyMask = uint8_t;

constexpr DependencyMask MaskOf(DependencyKind kind) {
  return static_cast<DependencyMask>(1u << static_cast<unsigned>(kind));
}

inline constexpr DependencyMask kSharedKinds =
    MaskOf(DependencyKind::kSR) | MaskOf(DependencyKind::kSN);
inline constexpr DependencyMask kNonRecursiveKinds =
    MaskOf(DependencyKind::kSN) | MaskOf(DependencyKind::kEN);

constexpr DependencyKind Classify(ReadMode held, ReadMode next) {
  const unsigned exclusive = held == ReadMode::kWrite;
  const unsigned non_recursive = next != ReadMode::kRecursiveRead;
  return static_cast<DependencyKind>(exclusive | non_recursive << 1);
}

// A path is walked along its edges or against them.
enum class Direction : uint8_t { kForwards, kBackwards };

// A step reaches a class weakly if it can only be crossed on one condition.
// Forwards: it arrived only by recursive read; such a reader does not wait for
// readers, so the path must go on from a writer.  Backwards: the path goes on
// only from a shared holder, so it must not arrive by recursive read.  These are
// the kinds by which a path that is weak there stays strong.
constexpr DependencyMask StrongContinuations(DependencyMask kinds, bool weak,
                                             Direction direction = Direction::kForwards) {
  if (!weak) return kinds;
  return direction == Direction::kForwards ? kinds & ~kSharedKinds : kinds & kNonRecursiveKinds;
}

// Whether every one of these kinds reaches the next class weakly.
constexpr bool ReachesWeakly(DependencyMask kinds, Direction direction = Direction::kForwards) {
  return direction == Direction::kForwards ? (kinds & kNonRecursiveKinds) == 0
                                           : (kinds & ~kSharedKinds) == 0;
}

static_assert(Classify(ReadMode::kWrite, ReadMode::kRead) == DependencyKind::kEN);
static_assert(Classify(ReadMode::kRead, ReadMode::kRecursiveRead) == DependencyKind::kSR);
static_assert(StrongContinuations(MaskOf(DependencyKind::kSN), true) == 0);

}  // namespace lockdep

#endif  // LOCKDEP_DEPENDENCY_H_
