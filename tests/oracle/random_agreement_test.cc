// Random programs beyond the exhaustive bound; a failure shrinks to the smallest
// program that shows it.

#include "gtest/gtest.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/random_program.h"

namespace lockdep::oracle {
namespace {

struct Row {
  const char* name;
  Shape most;
  bool declared = false;
  int programs;
  bool waits = false;
  bool roles = false;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class RandomAgreementTest : public ::testing::TestWithParam<Row> {};

TEST_P(RandomAgreementTest, Holds) {
  for (int seed = 0; seed < GetParam().programs; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    const Shape shape = RandomShape(random, GetParam().most);
    World world{.contexts = shape.contexts};
    if (GetParam().declared) world.declared = RandomOrder(random, shape);
    if (GetParam().waits) world.waits = RandomWaits(random, shape);
    if (GetParam().roles) world.roles = RandomRoles(random, shape);
    const auto fails = [&world](const Program& program) {
      return FindDisagreement(program, world).has_value();
    };
    const Program program = RandomProgram(random, shape);
    if (!fails(program)) continue;

    FAIL() << "seed " << seed << ": " << *FindDisagreement(Shrink(program, fails), world);
  }
}

INSTANTIATE_TEST_SUITE_P(
    , RandomAgreementTest,
    ::testing::Values(
        Row{"Locks", {.letters = 5, .steps = 40}, false, 3000},
        Row{"ManyLocks", {.threads = 4, .letters = 12, .steps = 120, .held = 6}, false, 300},
        Row{"Classes", {.letters = 4, .instances = 3, .subclasses = 3, .steps = 40}, false, 3000},
        Row{"NestLocks", {.letters = 4, .instances = 3, .steps = 40, .nesting = true}, false, 3000},
        Row{"AllEvents",
            {.threads = 3,
             .letters = 5,
             .instances = 2,
             .subclasses = 2,
             .steps = 60,
             .nesting = true,
             .rare_ops = true},
            false,
            3000},
        Row{"DeclaredOrders",
            {.threads = 3,
             .letters = 6,
             .instances = 2,
             .subclasses = 2,
             .steps = 60,
             .rare_ops = true},
            true,
            3000},
        Row{"Contexts", {.letters = 4, .steps = 30, .contexts = true}, false, 3000},
        Row{"AllEventsInContexts",
            {.threads = 3,
             .letters = 4,
             .instances = 2,
             .subclasses = 2,
             .steps = 40,
             .nesting = true,
             .rare_ops = true,
             .contexts = true,
             .unchecked = true},
            false,
            1000,
            /*waits=*/true},
        Row{"DeclaredOrdersInContexts",
            {.letters = 4, .steps = 30, .rare_ops = true, .contexts = true},
            true,
            1000},
        Row{"Waits", {.letters = 5, .steps = 40, .unchecked = true}, false, 2000, /*waits=*/true},
        Row{"LocalLocksAndOverrides",
            {.letters = 5, .steps = 40, .contexts = true, .unchecked = true},
            false,
            3000,
            /*waits=*/true,
            /*roles=*/true},
        Row{"ChangesOfClass",
            {.letters = 4, .instances = 2, .subclasses = 3, .steps = 40, .changes = true},
            false,
            3000},
        Row{"EndedKeys", {.letters = 5, .subclasses = 2, .steps = 40, .ends = true}, false, 3000},
        Row{"DeclaredOrdersOfEndedKeys", {.letters = 5, .steps = 40, .ends = true}, true, 1000},
        Row{"AllEventsOnClasses",
            {.threads = 3,
             .letters = 5,
             .instances = 2,
             .subclasses = 2,
             .steps = 50,
             .nesting = true,
             .rare_ops = true,
             .contexts = true,
             .changes = true,
             .ends = true,
             .unchecked = true},
            false,
            3000,
            /*waits=*/true,
            /*roles=*/true},
        Row{"Pins",
            {.letters = 3,
             .instances = 2,
             .steps = 40,
             .rare_ops = true,
             .pins = true,
             .unchecked = true},
            false,
            3000}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace lockdep::oracle
