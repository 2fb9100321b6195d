#include "lockdep/kernel/recording.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "lockdep/record/recording.h"
#include "tests/kernel/kernel_test.h"
#include "tests/record/temporary_directory.h"

namespace lockdep::kernel {
namespace {

lock_class_key key_a;
lock_class_key key_b;

// Each in a process of its own: a recording ends with the process.
template <typename Program>
int StatusOf(const Program& program) {
  const pid_t child = fork();
  if (child == 0) {
    debug_locks_silent = 1;
    program();
    exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

void MakeInversion() {
  Lock a("a", &key_a);
  Lock b("b", &key_b);
  TakeBoth(a, b);
  TakeBoth(b, a);
}

TEST(KernelRecordingTest, HoldsTheFindingAndTheSums) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              MakeInversion();
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_TRUE(recording->end_time_ns.has_value());
  ASSERT_TRUE(recording->totals.has_value());
  EXPECT_EQ(recording->totals->lock_operations, 4u);
  EXPECT_EQ(recording->totals->locks, 2u);
  ASSERT_EQ(recording->violations.size(), 1u);
  EXPECT_EQ(recording->violations[0].kind, ViolationKind::kLockOrderInversion);
}

TEST(KernelRecordingTest, NamesTheContexts) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              MakeInversion();
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  ASSERT_EQ(recording->contexts.size(), 2u);
  EXPECT_EQ(recording->contexts[0].name, "hardirq");
  EXPECT_EQ(recording->contexts[1].name, "softirq");
  ASSERT_EQ(recording->violations.size(), 1u);
  EXPECT_EQ(recording->violations[0].interruptible_by, 3u);
}

TEST(KernelRecordingTest, HoldsWhatWasKnownBeforeItBegan) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              MakeInversion();
              if (lockdep_record(path.c_str()) != 0) _exit(1);
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_EQ(recording->dependencies.size(), 2u);
}

TEST(KernelRecordingTest, IsWhatTheEnvironmentNames) {
  const TemporaryDirectory directory;
  ASSERT_EQ(StatusOf([&] {
              setenv("LOCKDEP_KERNEL_RECORD", (directory / "%p.lockdep").c_str(), 1);
              RecordAsAsked();
              MakeInversion();
              symlink((std::to_string(getpid()) + ".lockdep").c_str(),
                      (directory / "link").c_str());
            }),
            0);

  const auto recording = record::ReadRecording(directory / "link");
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_EQ(recording->violations.size(), 1u);
}

TEST(KernelRecordingTest, ChildOfForkDoesNotWriteIntoIt) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              if (StatusOf(MakeInversion) != 0) _exit(2);
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_THAT(recording->warnings, ::testing::IsEmpty());
  EXPECT_TRUE(recording->violations.empty());
}

TEST(KernelRecordingTest, IsCompleteWhereTheProgramUpdatesIt) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              lockdep_record_update();  // Of none.
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              lock_stat = 1;
              MakeInversion();
              lockdep_record_update();
              _exit(0);  // As if it still ran.
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_FALSE(recording->end_time_ns.has_value());
  ASSERT_TRUE(recording->totals.has_value());
  EXPECT_EQ(recording->totals->lock_operations, 4u);
  EXPECT_EQ(recording->chains.size(), 4u);
  EXPECT_EQ(recording->lock_stats.size(), 2u);
}

TEST(KernelRecordingTest, ChildOfForkMayRecordThoughOthersWereBeginningTo) {
  const TemporaryDirectory directory;
  ASSERT_EQ(StatusOf([&] {
              constexpr int kForks = 50;
              std::atomic<bool> is_over{false};
              std::thread beginning([&] {
                for (int i = 0; !is_over; ++i) {
                  const std::string path = directory / std::to_string(i);
                  lockdep_record(path.c_str());
                  unlink(path.c_str());
                }
              });
              int failed = 0;
              for (int i = 0; i < kForks; ++i) {
                failed += StatusOf([&] {
                            alarm(20);  // It would wait for a lock that nobody holds any more.
                            lockdep_record_update();
                          }) == 0
                              ? 0
                              : 1;
              }
              is_over = true;
              beginning.join();
              _exit(failed);
            }),
            0);
}

TEST(KernelRecordingTest, IsCompleteWhereTheProgramEndsOnAFinding) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              lockdep_on_finding([](const lockdep_finding*, void*) { exit(3); }, nullptr);
              MakeInversion();
            }),
            3 << 8);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_TRUE(recording->end_time_ns.has_value());
  EXPECT_EQ(recording->violations.size(), 1u);
}

// The places of a stack, innermost first.
std::vector<record::Address> PlacesIn(const record::Recording& recording, StackId id) {
  std::vector<record::Address> pcs;
  for (const record::StackEntry& stack : recording.stacks) {
    for (size_t i = 0; stack.id == id && i < stack.pcs.size(); ++i) pcs.push_back(stack.pcs[i]);
  }
  return pcs;
}

// A primitive as C programs write it, which names its caller as the place.
__attribute__((noinline)) void TakeAsPrimitive(Lock& lock) {
  lock_acquire(&lock.dep_map, 0, 0, 0, 1, nullptr, _RET_IP_);
  asm volatile("");  // Not a jump.
}

__attribute__((noinline)) void TakeBothAsPrimitives(Lock& outer, Lock& inner) {
  TakeAsPrimitive(outer);
  TakeAsPrimitive(inner);
  Release(inner);
  Release(outer);
}

// The stack of a lock that was taken before is put together from what was noted then:
// no function stands there twice, and none is missing.
TEST(KernelRecordingTest, StackOfAHeldLockHasTheFramesOfTheNewOne) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              Lock a("a", &key_a);
              Lock b("b", &key_b);
              TakeBothAsPrimitives(a, b);
              TakeBothAsPrimitives(b, a);
            }),
            0);

  const auto recording = record::ReadRecording(path);
  ASSERT_TRUE(recording.ok()) << recording.status();
  ASSERT_EQ(recording->violations.size(), 1u);
  for (const auto& edge : recording->violations[0].edges) {
    std::vector<record::Address> held = PlacesIn(*recording, edge.from_stack);
    std::vector<record::Address> taken = PlacesIn(*recording, edge.to_stack);
    ASSERT_GT(held.size(), 1u);
    ASSERT_GT(taken.size(), 1u);
    EXPECT_NE(held[0], taken[0]);
    held.erase(held.begin());
    taken.erase(taken.begin());
    EXPECT_EQ(held, taken);
  }
}

TEST(KernelRecordingTest, NeedsAPath) { EXPECT_EQ(lockdep_record(nullptr), EINVAL); }

TEST(KernelRecordingTest, NeverOverwrites) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.lockdep";
  EXPECT_EQ(StatusOf([&] {
              if (lockdep_record(path.c_str()) != 0) _exit(1);
              if (lockdep_record(path.c_str()) != EEXIST) _exit(2);
            }),
            0);
}

TEST(KernelRecordingTest, SecondOneReplacesTheFirst) {
  const TemporaryDirectory directory;
  const std::string first = directory / "first.lockdep";
  const std::string second = directory / "second.lockdep";
  ASSERT_EQ(StatusOf([&] {
              if (lockdep_record(first.c_str()) != 0) _exit(1);
              if (lockdep_record(second.c_str()) != 0) _exit(2);
              MakeInversion();
            }),
            0);

  const auto early = record::ReadRecording(first);
  const auto late = record::ReadRecording(second);
  ASSERT_TRUE(early.ok()) << early.status();
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_TRUE(early->end_time_ns.has_value());
  EXPECT_TRUE(early->violations.empty());
  EXPECT_EQ(late->violations.size(), 1u);
}

}  // namespace
}  // namespace lockdep::kernel
