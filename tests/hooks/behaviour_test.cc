// Programs behave as without the hooks, and what the hooks saw of them is what
// they did: one row a scenario, its findings in the order of detection.

#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Not;

struct Row {
  const char* program;
  const char* scenario;
  std::initializer_list<const char*> findings;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.program << " " << row.scenario; }

class BehaviourTest : public testing::TestWithParam<Row> {};

TEST_P(BehaviourTest, IsThatOfTheProgramAloneAndIsSeen) {
  const Row& row = GetParam();
  const Arguments arguments = {row.program, row.scenario};
  const ProgramRun alone = RunProgram(arguments);
  ASSERT_EQ(alone.output, "ok\n") << "the program is wrong, not the hooks";

  const HookedRun hooked = RunHooked(arguments);

  EXPECT_EQ(hooked.output, alone.output);
  EXPECT_EQ(hooked.errors, alone.errors);
  EXPECT_EQ(hooked.exit_code, alone.exit_code);
  ASSERT_THAT(hooked.recordings, Not(IsEmpty()));
  const record::Recording& recording = hooked.recordings.front();
  EXPECT_THAT(KindsOf(recording), ElementsAreArray(row.findings));
  ASSERT_TRUE(recording.totals.has_value());
  EXPECT_GT(recording.totals->lock_operations, 0u);
  EXPECT_FALSE(recording.stop_reason.has_value());
}

std::string NameOf(const testing::TestParamInfo<Row>& info) {
  return std::string(info.param.program) + "_" + info.param.scenario;
}

constexpr char kInversion[] = "lock-order-inversion";
constexpr char kInSignal[] = "inconsistent-context";
constexpr char kJoinUnderLock[] = "wait-while-holding";

// clang-format off
constexpr Row kRows[] = {
    {"mutex", "results", {}},
    {"mutex", "recursive", {}},
    {"mutex", "recursive_inversion", {kInversion}},
    {"mutex", "errorcheck", {}},
    {"mutex", "errorcheck_stranger", {"unlock-by-other-thread", "unlock-unheld"}},
    {"mutex", "robust", {"held-at-exit", kInversion}},
    {"mutex", "not_recoverable", {"held-at-exit"}},
    {"mutex", "failed_try_is_not_held", {kJoinUnderLock}},
    {"mutex", "timed_inversion", {}},
    {"mutex", "inversion", {kInversion}},
    {"mutex", "inversion_a_thousand_times", {kInversion}},
    {"mutex", "same_order", {}},
    {"mutex", "out_of_order_release", {}},
    {"mutex", "unlock_unheld", {"unlock-unheld"}},
    {"mutex", "unlock_wrong_one", {"unlock-unheld", "held-at-exit"}},
    {"mutex", "unlock_by_other_thread", {"unlock-by-other-thread"}},
    {"mutex", "destroy_held", {"held-lock-destroyed"}},
    {"mutex", "initialise_held", {"held-lock-destroyed"}},
    {"mutex", "reuse_after_destroy", {}},
    {"mutex", "reuse_by_overlap", {}},
    {"mutex", "many_held", {}},

    {"rwlock", "results", {}},
    {"rwlock", "write_twice", {"recursive-lock"}},
    {"rwlock", "readers_only", {}},
    {"rwlock", "readers_behind_writers", {kInversion}},
    {"rwlock", "readers_before_lenient_writers", {}},
    {"rwlock", "read_again", {"read-recursion"}},
    {"rwlock", "read_again_behind_writers", {"read-recursion"}},
    {"rwlock", "readers_and_writers", {kInversion}},
    {"rwlock", "tried_writers", {}},
    {"rwlock", "reader_while_a_writer_waits", {}},
    {"rwlock", "readers_among_writers", {}},
    {"rwlock", "unlock_unheld", {"unlock-unheld"}},
    {"rwlock", "destroy_held", {"held-lock-destroyed"}},

    {"cond", "results", {kJoinUnderLock}},
    {"cond", "wait_with_inner_lock", {kInversion}},
    {"cond", "wait_with_outer_lock", {}},
    {"cond", "refused_wait_with_inner_lock", {}},
    {"cond", "cancelled", {}},

    {"signals", "given_back", {}},
    {"signals", "delivered", {}},
    {"signals", "reset", {}},
    {"signals", "own_stack", {}},
    {"signals", "jumps", {}},
    {"signals", "over_exec", {}},
    {"signals", "masks", {}},
    {"signals", "storm", {}},
    {"signals", "take_often_blocked", {}},
    {"signals", "take_often_then_unblocked", {kInSignal}},

    {"waits", "own_futexes", {}},
    {"waits", "spin", {}},
    {"waits", "semaphore", {}},
    {"waits", "semaphore_interrupted", {}},
    {"waits", "semaphore_cancelled", {}},
    {"waits", "once", {}},
    {"waits", "c11", {}},
    {"waits", "files", {}},
    {"waits", "streams", {}},
    {"waits", "loader", {}},

    {"unload", "another_in_its_place", {}},
    {"unload", "opened_twice", {kInversion}},
    {"unload", "held", {"held-lock-destroyed"}},
    {"unload", "no_library", {}},

    {"process", "fork_while_holding", {}},
    {"process", "fork_handlers", {}},
    {"process", "fork_beside_busy_thread", {}},
    {"process", "vfork_and_exec", {}},
    {"process", "vfork_and_exit", {kInversion}},
    {"process", "thread_ends_holding", {"held-at-exit"}},
    {"process", "thread_ends_holding_unmapped_lock", {"held-lock-destroyed"}},
    {"process", "thread_ends_robbed", {"unlock-by-other-thread"}},
    {"process", "destructor_unlocks", {}},
    {"process", "main_ends_holding", {}},
    {"process", "inversion_at_exit", {kInversion}},
    {"process", "quick_exit_after_inversion", {kInversion}},
    {"process", "_exit_after_inversion", {kInversion}},
    {"process", "killed_after_inversion", {kInversion}},
    {"process", "inversion_in_signal_handler", {kInSignal, kInSignal, kInversion}},
    {"process", "signals_inside_hooks", {}},
    {"process", "jumps_out_of_hooks", {kInversion}},
    {"process", "many_threads", {}},
    {"process", "smallest_stack", {kInversion}},
    {"process", "exit_beside_running_thread", {}},

    // Allocators and constructors that lock before, inside and after our start.
    {"own_malloc", "", {}},
    {"early", "", {kInversion}},

    {"standard_library", "inversion", {kInversion}},
    {"standard_library", "scoped_locks", {}},
    {"standard_library", "everything", {}},
};
// clang-format on

// Then no lock takes the short way.
TEST_P(BehaviourTest, IsTheSameWhileLocksAreTimed) {
  const Row& row = GetParam();
  const Arguments arguments = {row.program, row.scenario};
  const ProgramRun alone = RunProgram(arguments);

  const HookedRun hooked = RunHooked(arguments, "lock_stat=1");

  EXPECT_EQ(hooked.output, alone.output);
  EXPECT_EQ(hooked.exit_code, alone.exit_code);
  ASSERT_THAT(hooked.recordings, Not(IsEmpty()));
  EXPECT_THAT(KindsOf(hooked.recordings[0]), ElementsAreArray(row.findings));
}

INSTANTIATE_TEST_SUITE_P(Programs, BehaviourTest, testing::ValuesIn(kRows), NameOf);

}  // namespace
}  // namespace lockdep::hooks
