// Which locks are one class, and when a lock is another one than was there before.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using testing::ElementsAreArray;

struct Row {
  const char* scenario;
  const char* class_by;
  std::initializer_list<const char*> findings;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.scenario << " " << row.class_by; }

class IdentityTest : public testing::TestWithParam<Row> {};

TEST_P(IdentityTest, DecidesWhatIsFound) {
  const Row& row = GetParam();
  const std::string options = std::string("class_by=") + row.class_by;
  const HookedRun run = RunHooked({"identity", row.scenario}, options);

  EXPECT_EQ(run.output, "ok\n");
  EXPECT_EQ(run.errors, "");
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_EQ(run.recordings.size(), 1u);
  EXPECT_THAT(KindsOf(run.recordings.front()), ElementsAreArray(row.findings));
}

std::string NameOf(const testing::TestParamInfo<Row>& info) {
  std::string name = std::string(info.param.scenario) + "_" + info.param.class_by;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

constexpr char kInversion[] = "lock-order-inversion";

// clang-format off
constexpr Row kRows[] = {
    {"other_instances", "auto", {kInversion}},
    {"other_instances", "init-site", {kInversion}},
    {"other_instances", "alloc-site", {kInversion}},
    {"other_instances", "instance", {}},
    {"other_instances_of_types", "auto", {kInversion}},
    {"other_instances_of_types", "alloc-site", {kInversion}},
    {"other_instances_of_types", "init-site", {}},
    {"other_instances_of_types", "instance", {}},

    {"in_order_of_address", "auto", {}},
    {"hand_over_hand", "auto", {}},
    {"two_contradict", "auto", {kInversion}},
    {"two_contradict", "instance", {kInversion}},
    {"three_contradict", "auto", {kInversion}},
    {"taken_again", "auto", {}},
    {"array_of_locks", "auto", {}},

    {"freed_memory", "auto", {}},
    {"freed_memory", "instance", {}},
    {"unmapped_memory", "auto", {}},
    {"returned_functions", "auto", {}},
    {"ended_threads", "auto", {}},
    {"locals_of_one_frame", "auto", {kInversion}},
    {"freed_while_held", "auto", {"held-lock-destroyed"}},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Programs, IdentityTest, testing::ValuesIn(kRows), NameOf);

}  // namespace
}  // namespace lockdep::hooks
