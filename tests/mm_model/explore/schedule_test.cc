#include "mm_model/explore/schedule.h"

#include "mm_model/explore/schedule_shrinker.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ScheduleTest, IsReadAsItIsWritten) {
  const Schedule schedule{.subject = "fault+munmap",
                          .generation = VmaLockGeneration::kSemaphore,
                          .stretches = {{0, 12}, {1, 7}, {0, 3}},
                          .check_sum = 0x5f31c2a7};
  const std::string text = ToString(schedule);
  EXPECT_EQ(text, "mm1:fault+munmap:semaphore:a12.b7.a3:5f31c2a7");
  const auto read = ParseSchedule(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(ToString(*read), text);
  EXPECT_EQ(read->stretches, schedule.stretches);
}

TEST(ScheduleTest, WhatIsWrongIsSaidInALine) {
  const struct {
    const char* text;
    const char* why;
  } kCases[] = {
      {"", "five parts"},
      {"mm1:fork:refcount:a1", "five parts"},
      {"mm2:fork:refcount:a1:00000000", "not of mm1"},
      {"mm1:fork:mutex:a1:00000000", "no such VMA lock"},
      {"mm1:fork:refcount:a1.z2:00000000", "'z2' is no stretch"},
      {"mm1:fork:refcount:a0:00000000", "'a0' is no stretch"},
      {"mm1:fork:refcount:a1:123", "cut off"},
  };
  for (const auto& [text, why] : kCases) {
    const auto read = ParseSchedule(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(why));
  }
}

TEST(ScheduleTest, ChoicesBecomeStretches) {
  const uint8_t choices[] = {0, 0, 1, 0};
  EXPECT_THAT(ToStretches(choices), ElementsAre(Stretch{0, 2}, Stretch{1, 1}, Stretch{0, 1}));
}

class ReplayTest : public ModelTest {
 protected:
  Body Letters(char letter, int times) {
    return [this, letter, times] {
      for (int i = 0; i < times; ++i) {
        SchedulingPoint({StepKind::kAtomic, "letter", nullptr});
        log_ += letter;
      }
    };
  }
  std::string log_;
};

TEST_F(ReplayTest, FollowsTheStretchesThenLetsEachTaskGoAsFarAsItCan) {
  const Stretch stretches[] = {{0, 2}, {1, 3}, {0, 1}};
  Replay replay(stretches);
  // The first step of a task is its start.
  Together({Letters('a', 4), Letters('b', 4)}, &replay);
  EXPECT_EQ(log_, "abbaaabb");
}

TEST_F(ReplayTest, AStretchEndsEarlyIfItsTaskCannotGoOn) {
  const Stretch stretches[] = {{1, 100}, {0, 2}};
  Replay replay(stretches);
  Together({Letters('a', 2), Letters('b', 2)}, &replay);
  EXPECT_EQ(log_, "bbaa");
}

TEST_F(ReplayTest, TheCheckSumTellsDifferentStepsApart) {
  const auto sum = [&](const std::vector<Body>& bodies) {
    StepCheckSum check_sum;
    Scheduler scheduler(machine_);
    for (const Body& body : bodies) scheduler.Spawn("t", body, *validator_.CreateThread("t"));
    FirstRunnable first;
    scheduler.Run(first, {}, &check_sum);
    return check_sum.value();
  };
  EXPECT_EQ(sum({Letters('a', 2)}), sum({Letters('b', 2)}));
  EXPECT_NE(sum({Letters('a', 2)}), sum({Letters('a', 3)}));
  EXPECT_NE(sum({Letters('a', 2), Letters('b', 1)}), sum({Letters('a', 1), Letters('b', 2)}));
}

// ---- Shrinking ----

uint64_t Total(std::span<const Stretch> stretches, TaskId task) {
  uint64_t total = 0;
  for (const Stretch& stretch : stretches) total += stretch.task == task ? stretch.steps : 0;
  return total;
}

std::vector<uint8_t> Choices(std::span<const Stretch> stretches) {
  std::vector<uint8_t> choices;
  for (const Stretch& stretch : stretches) {
    choices.insert(choices.end(), stretch.steps, static_cast<uint8_t>(stretch.task));
  }
  return choices;
}

TEST(ShrinkScheduleTest, LeavesWhatIsNeededAndNothingElse) {
  // It shows if task 0 gets to its 5th step before task 1 gets to its third.
  const Showing shows = [](std::span<const Stretch> stretches) -> std::vector<uint8_t> {
    uint64_t first = 0;
    for (const Stretch& stretch : stretches) {
      if (stretch.task == 0) first += stretch.steps;
      if (stretch.task == 1) break;
    }
    if (first < 5 || Total(stretches, 1) < 3) return {};
    return Choices(stretches);
  };
  std::vector<Stretch> noisy = {{0, 40}, {1, 1}, {0, 7}, {1, 30}, {2, 5}, {1, 9}};
  EXPECT_THAT(ShrinkSchedule(noisy, shows), ElementsAre(Stretch{0, 5}, Stretch{1, 3}));
}

TEST(ShrinkScheduleTest, WhatDoesNotShowByItselfHasNoSchedule) {
  EXPECT_THAT(ShrinkSchedule({{0, 3}}, [](auto) { return std::vector<uint8_t>(); }), IsEmpty());
}

}  // namespace
}  // namespace mm_model
