#include "tests/oracle/random_program.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/oracle/oracle.h"

namespace lockdep::oracle {
namespace {

constexpr Shape kAll = {.threads = 3,
                        .letters = 5,
                        .instances = 2,
                        .subclasses = 2,
                        .steps = 60,
                        .nesting = true,
                        .rare_ops = true};

bool Inverts(const Program& program) {
  Oracle oracle;
  return std::any_of(program.begin(), program.end(),
                     [&oracle](const Step& step) { return !oracle.Apply(step).closing.empty(); });
}

TEST(RandomProgramTest, TextIsTheSameProgram) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const Program program = RandomProgram(random, RandomShape(random, kAll));
    EXPECT_EQ(Parse(Format(program)), program) << Format(program);
  }
}

TEST(RandomProgramTest, SilentAndGuiltyProgramsBothOccurOften) {
  int guilty = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    guilty += Inverts(RandomProgram(random, RandomShape(random, {.letters = 5}))) ? 1 : 0;
  }
  EXPECT_GT(guilty, 200);
  EXPECT_LT(guilty, 800);
}

TEST(RandomProgramTest, AnyInversionShrinksToTheSmallest) {
  int shrunk = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Program program = RandomProgram(random, RandomShape(random, kAll));
    if (!Inverts(program)) continue;
    ++shrunk;
    const Program smallest = Shrink(program, Inverts);
    EXPECT_EQ(smallest.size(), Parse("L(A) L(B) L(A)").size()) << Format(smallest);
  }
  EXPECT_GT(shrunk, 30);
}

}  // namespace
}  // namespace lockdep::oracle
