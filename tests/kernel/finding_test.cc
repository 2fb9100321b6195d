// What a program may do where it hears of a finding.  What goes wrong here waits for
// ever: each hearer that may is run in a child, which the clock ends.

#include "lockdep/kernel/finding.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

lock_class_key key_a;
lock_class_key key_b;

using Hearer = std::function<void()>;

void CallHearer(const lockdep_finding* /*finding*/, void* data) { (*static_cast<Hearer*>(data))(); }

constexpr int kHung = -2;

// How a child ends that makes a finding, hears of it so and goes on.
int StatusOfChild(Hearer hear, const std::function<int()>& go_on) {
  const pid_t child = fork();
  if (child == 0) {
    Lock a("a", &key_a);
    lockdep_on_finding(&CallHearer, &hear);
    Release(a);
    _exit(go_on());
  }
  // A hung child has blocked all signals but this one.
  for (int tenths = 0; tenths < 200; ++tenths) {
    int status = -1;
    if (waitpid(child, &status, WNOHANG) == child) return status;
    usleep(100'000);
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return kHung;
}

// Whether this process, whatever it heard, still finds an inversion.
int FindsAnInversion() {
  static int heard = 0;
  heard = 0;
  lockdep_on_finding([](const lockdep_finding*, void*) { ++heard; }, nullptr);
  Lock a("a", &key_a);
  Lock b("b", &key_b);
  TakeBoth(a, b);
  TakeBoth(b, a);
  return heard == 1 ? 0 : 1;
}

class FindingTest : public KernelTest {};

TEST_F(FindingTest, HearerMayEndItsHearing) {
  EXPECT_EQ(StatusOfChild([] { lockdep_on_finding(nullptr, nullptr); }, &FindsAnInversion), 0);
}

TEST_F(FindingTest, WhatAHearerSaysIsIgnored) {
  static lock_class_key* key = new lock_class_key();
  static Lock b("b", &key_b);
  const Hearer hear = [] {
    lockdep_register_key(key);
    lockdep_free_key_range(nullptr, ~0UL);
    lockdep_reset_lock(&b.dep_map);
    lockdep_reset();
    lockdep_off();
    lockdep_hardirq_enter();
    lockdep_record_update();
    Take(b);
    Release(b);
    Release(b);
  };
  EXPECT_EQ(StatusOfChild(hear,
                          [] {
                            if (lockdep_hardirq_context()) return 2;
                            lockdep_register_key(key);  // For the first time.
                            return FindsAnInversion();
                          }),
            0);
}

TEST_F(FindingTest, HearerMayInitialiseALock) {
  static lockdep_map made;
  static lock_class_key key_of_made;
  const auto hear = [] { lockdep_init_map(&made, "made", &key_of_made, 0); };
  EXPECT_EQ(StatusOfChild(hear,
                          [] {
                            lock_map_acquire(&made);
                            return lock_is_held(&made) == LOCK_STATE_HELD ? FindsAnInversion() : 2;
                          }),
            0);
}

TEST_F(FindingTest, HearerCannotBeginARecording) {
  static int result = 0;
  EXPECT_EQ(StatusOfChild([] { result = lockdep_record("/nowhere"); },
                          [] { return result == EDEADLK ? FindsAnInversion() : 2; }),
            0);
}

TEST_F(FindingTest, HearerMayFork) {
  static bool is_grandchild = false;
  static int status = -1;
  const auto hear = [] {
    const pid_t child = fork();
    is_grandchild = child == 0;
    if (child > 0) waitpid(child, &status, 0);
  };
  // Both return from the hearer, and go on.
  EXPECT_EQ(StatusOfChild(hear,
                          [] {
                            if (is_grandchild) return FindsAnInversion() == 0 ? 5 : 6;
                            if (status != 5 << 8) return 2;
                            return FindsAnInversion();
                          }),
            0);
}

TEST_F(FindingTest, HearerMayEndTheProcess) {
  EXPECT_EQ(StatusOfChild([] { _exit(3); }, [] { return 0; }), 3 << 8);
  EXPECT_EQ(StatusOfChild([] { exit(3); }, [] { return 0; }), 3 << 8);
}

// The parent's own hearer hears as before.
TEST_F(FindingTest, EachFindingIsHeardOnce) {
  Lock a("a", &key_a);
  Release(a);
  Release(a);

  EXPECT_THAT(Kinds(), ElementsAre("unlock-unheld", "unlock-unheld"));
}

TEST_F(FindingTest, LineNamesTheLocksThatWereTakenLast) {
  constexpr int kHeld = 100;
  Lock a("a", &key_a);
  Lock held("a lock of many that are held", &key_b);
  for (int i = 0; i < kHeld; ++i) {
    lock_acquire(&held.dep_map, 0, /*trylock=*/1, /*read=*/2, 1, nullptr, _THIS_IP_);
  }
  Release(a);
  for (int i = 0; i < kHeld; ++i) Release(held);
  Take(held);
  Release(a);
  Release(held);

  ASSERT_THAT(Kinds(), ElementsAre("unlock-unheld", "unlock-unheld"));
  EXPECT_THAT(heard()[0].message,
              AllOf(HasSubstr(": a, while holding 92 others, a lock of many that are held, a lock"),
                    HasSubstr("held, in thread ")));
  EXPECT_THAT(heard()[1].message,
              HasSubstr(": a, while holding a lock of many that are held, in thread "));
}

}  // namespace
}  // namespace lockdep::kernel
