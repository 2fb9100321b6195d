#include "tests/oracle/exhaustion.h"

#include <iostream>

#include "gtest/gtest.h"

namespace lockdep::oracle {
namespace {

#if defined(__SANITIZE_THREAD__)
#define TESTS_ORACLE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TESTS_ORACLE_TSAN 1
#endif
#endif

// All programs run in one thread, where ThreadSanitizer finds nothing and takes ten times as
// long: there they are by one unit shorter.
#ifdef TESTS_ORACLE_TSAN
constexpr uint8_t kLessLength = 1;
constexpr uint64_t kLessPrograms = 100;
#else
constexpr uint8_t kLessLength = 0;
constexpr uint64_t kLessPrograms = 1;
#endif

struct Row {
  const char* name;
  Bound bound;
  uint64_t at_least;  // Programs, so that none get lost unnoticed.
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ExhaustionTest : public ::testing::TestWithParam<Row> {};

TEST_P(ExhaustionTest, EngineAndOracleAgreeOnEveryProgram) {
  Bound bound = GetParam().bound;
  bound.length -= kLessLength;
  Exhaustion exhaustion(bound);

  const std::optional<std::string> disagreement = exhaustion.Run();

  std::cout << exhaustion.programs() << " programs, " << exhaustion.longest()
            << " of them of full length, " << exhaustion.guilty() << " of these guilty\n";
  EXPECT_FALSE(disagreement.has_value()) << *disagreement;
  EXPECT_GE(exhaustion.programs(), GetParam().at_least / kLessPrograms);
  EXPECT_GT(exhaustion.guilty(), exhaustion.longest() / 100);
}

INSTANTIATE_TEST_SUITE_P(
    , ExhaustionTest,
    ::testing::Values(Row{"FourEvents", {Unit::kEvents, 4}, 1300000},
                      Row{"FourAcquisitions", {Unit::kAcquisitions, 4}, 1100000},
                      Row{"FiveEventsInContexts",
                          {.unit = Unit::kEvents,
                           .length = 5,
                           .trylock = false,
                           .letters = 2,
                           .events = Events::kContexts,
                           .world = {.contexts = true}},
                          500000},
                      Row{"SixEventsWithRoles", RolesBound(6), 1900000},
                      Row{"FiveEventsOnClasses", ClassesBound(5), 320000},
                      Row{"FiveAcquisitionsOfOneThreadWithoutTrylock",
                          {Unit::kAcquisitions, 5, /*trylock=*/false, /*threads=*/1},
                          200000}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace lockdep::oracle
