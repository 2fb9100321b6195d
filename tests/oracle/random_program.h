// Random event programs, and the smallest program that still fails.

#ifndef TESTS_ORACLE_RANDOM_PROGRAM_H_
#define TESTS_ORACLE_RANDOM_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "tests/oracle/oracle.h"
#include "tests/oracle/step.h"

namespace lockdep::oracle {

// How large programs are, and what occurs in them.
struct Shape {
  uint8_t threads = 2;
  uint8_t letters = 4;
  uint8_t instances = 1;   // Of each class; at most kInstances.
  uint8_t subclasses = 1;  // At most kMaxSubclasses.
  uint8_t steps = 30;
  uint8_t held = 4;       // What a thread holds before it prefers to release.
  bool nesting = false;   // Nest locks.
  bool rare_ops = false;  // Downgrade, cancel, destroy, exit, release of what is not held.
  bool contexts = false;
  bool pins = false;
  bool changes = false;    // Of classes, by those who hold their locks or not.
  bool ends = false;       // Of class keys.
  bool unchecked = false;  // Locks that take no part in the rules, and waits without taking.
};

using Random = std::mt19937_64;

// A shape of up to these sizes.
Shape RandomShape(Random& random, const Shape& most);

// Mostly sensible: locks that are held get released.
Program RandomProgram(Random& random, const Shape& shape);

// Any one step, sensible or not.
Step RandomStep(Random& random, const Shape& shape);

// How the locks of each letter wait.
std::vector<WaitType> RandomWaits(Random& random, const Shape& shape);

// Local locks and overrides of wait types among plain locks.
std::vector<LockRole> RandomRoles(Random& random, const Shape& shape);

// An order over the letters, transitive and without contradiction.
std::vector<DeclaredLetters> RandomOrder(Random& random, const Shape& shape);

// A program that `fails` too, from which no step can be taken away and in which
// no step can be made simpler.  REQUIRES: fails(program).
Program Shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace lockdep::oracle

#endif  // TESTS_ORACLE_RANDOM_PROGRAM_H_
