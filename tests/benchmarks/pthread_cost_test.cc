// What the hooks add to a known pair of lock and unlock, as a test: instructions,
// unlike nanoseconds, do not vary from run to run.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

struct Row {
  const char* name;
  const char* program;
  const char* lock;
  long most_added;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class PthreadCostTest : public testing::TestWithParam<Row> {};

TEST_P(PthreadCostTest, AKnownPairStaysWithinItsBudget) {
  const Arguments arguments = {GetParam().program, GetParam().lock};
  const ProgramRun alone = RunProgram(arguments);
  if (alone.output == "unknown\n") GTEST_SKIP() << "this system does not allow tracing";
  const HookedRun hooked = RunHooked(arguments);

  const long added = std::atol(hooked.output.c_str()) - std::atol(alone.output.c_str());
  RecordProperty("added_instructions", static_cast<int>(added));
  EXPECT_GT(std::atol(alone.output.c_str()), 10);
  EXPECT_GT(added, 20) << "the hooks did not see it";
  EXPECT_LE(added, GetParam().most_added);
}

std::string NameOf(const testing::TestParamInfo<Row>& row) { return row.param.name; }

// What was measured stands in docs/measurements.md; these bounds keep it from growing.
constexpr Row kRows[] = {
    {"mutex", LOCKDEP_TEST_PAIR_PROGRAM, "mutex", 48},
    {"rwlock", LOCKDEP_TEST_PAIR_PROGRAM, "rwlock", 58},
    {"mutex_with_callers", LOCKDEP_TEST_FRAMED_PAIR_PROGRAM, "mutex", 175},
    {"rwlock_with_callers", LOCKDEP_TEST_FRAMED_PAIR_PROGRAM, "rwlock", 191},
};

INSTANTIATE_TEST_SUITE_P(Locks, PthreadCostTest, testing::ValuesIn(kRows), NameOf);

}  // namespace
}  // namespace lockdep::hooks
