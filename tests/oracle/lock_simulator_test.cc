#include "tests/oracle/lock_simulator.h"

#include "gtest/gtest.h"

namespace lockdep::oracle {
namespace {

struct Row {
  const char* name;
  const char* program;
  bool deadlocks;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.program; }

class SimulatedProgramTest : public ::testing::TestWithParam<Row> {};

TEST_P(SimulatedProgramTest, FindsTheDeadlockOrNone) {
  const std::optional<Program> schedule = FindDeadlock(Parse(GetParam().program));

  EXPECT_EQ(schedule.has_value(), GetParam().deadlocks)
      << (schedule.has_value() ? Format(*schedule) : "");
}

constexpr bool kDeadlock = true;
constexpr bool kNone = false;

INSTANTIATE_TEST_SUITE_P(
    , SimulatedProgramTest,
    ::testing::Values(
        Row{"OneOrder", "L(A) L(B) U(B) U(A) | L(A) L(B) U(A) U(B)", kNone},
        Row{"ABBA", "L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)", kDeadlock},
        Row{"ABBAInOneThread", "L(A) L(B) U(B) U(A) L(B) L(A) U(A) U(B)", kNone},
        Row{"ABBAUnderAGate", "L(C) L(A) L(B) U(B) U(A) U(C) | L(C) L(B) L(A) U(A) U(B) U(C)",
            kNone},
        Row{"CycleOfThree", "L(A) L(B) U(B) U(A) | L(B) L(C) U(C) U(B) | L(C) L(A) U(A) U(C)",
            kDeadlock},
        Row{"HandOverHand", "L(A) L(B) U(A) U(B) | L(B) L(A) U(B) U(A)", kDeadlock},
        Row{"OneAfterTheOther", "L(A) U(A) L(B) U(B) | L(B) U(B) L(A) U(A)", kNone},
        Row{"Itself", "L(A) L(A) U(A) U(A)", kDeadlock},
        Row{"ReadUnderItsOwnWrite", "L(A) RR(A) U(A) U(A)", kDeadlock},
        Row{"WriteUnderItsOwnRead", "RR(A) L(A) U(A) U(A)", kDeadlock},
        Row{"TrylockBacksOff", "L(A) L(B) U(B) U(A) | L(B) T(A) U(A) U(B)", kNone},
        Row{"TrylockOfItsOwn", "L(A) T(A) U(A) U(A) | L(A) U(A)", kNone},
        Row{"TriedIsHeld", "T(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)", kDeadlock},
        Row{"ReadTwiceAlone", "R(A) R(A) U(A) U(A)", kNone},
        Row{"ReadTwiceAroundAWriter", "R(A) R(A) U(A) U(A) | L(A) U(A)", kDeadlock},
        Row{"ReadRecursivelyAroundAWriter", "R(A) RR(A) U(A) U(A) | L(A) U(A)", kNone},
        Row{"ReadersAcross", "R(A) R(B) U(B) U(A) | R(B) R(A) U(A) U(B)", kNone},
        Row{"ReadersAcrossAndOneWriter", "R(A) R(B) U(B) U(A) | R(B) R(A) U(A) U(B) | L(A) U(A)",
            kNone},
        Row{"ReadersAcrossAndTwoWriters",
            "R(A) R(B) U(B) U(A) | R(B) R(A) U(A) U(B) | L(A) U(A) | L(B) U(B)", kDeadlock},
        Row{"RecursiveReadersAcrossAndTwoWriters",
            "RR(A) RR(B) U(B) U(A) | RR(B) RR(A) U(A) U(B) | L(A) U(A) | L(B) U(B)", kNone},
        Row{"RecursiveReadersAgainstWriters", "RR(A) L(B) U(B) U(A) | RR(B) L(A) U(A) U(B)",
            kDeadlock},
        // The writer came after the reader that waits for the first writer.
        Row{"ALaterWriterDoesNotDelayAReader", "L(A) U(A) | R(A) U(A) | L(A) U(A)", kNone}),
    [](const auto& row) { return row.param.name; });

TEST(LockSimulatorTest, ShowsTheSchedule) {
  const std::optional<Program> schedule =
      FindDeadlock(Parse("L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)"));

  ASSERT_TRUE(schedule.has_value());
  EXPECT_EQ(Format(*schedule), "L(A) | L(B) |0 L(B) | L(A)");
}

}  // namespace
}  // namespace lockdep::oracle
