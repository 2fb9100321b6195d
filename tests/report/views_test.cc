#include "lockdep/report/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/report/recorded_run.h"

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Views ViewsOf(RecordedRun& run) {
  const absl::StatusOr<record::Recording> recording = record::ReadRecording(run.Finish());
  EXPECT_TRUE(recording.ok()) << recording.status();
  Symbolizer symbolizer;
  return recording.ok() ? MakeViews(*recording, symbolizer) : Views();
}

uint64_t StatOf(const Views& views, const std::string& name) {
  for (const auto& [key, value] : views.stats) {
    if (key == name) return value;
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

TEST(ViewsTest, ARunWithoutLocksHasNoClasses) {
  RecordedRun run;
  const Views views = ViewsOf(run);

  EXPECT_THAT(views.classes, IsEmpty());
  EXPECT_EQ(StatOf(views, "lock-classes"), 0u);
  EXPECT_EQ(ClassesText(views), "all lock classes:\n");
}

// accounts -> audit -> archive.
TEST(ViewsTest, ClassesKnowHowFarTheyReach) {
  RecordedRun run;
  bank::Transfer(run.bank());
  bank::Archive(run.bank());
  const Views views = ViewsOf(run);

  ASSERT_EQ(views.classes.size(), 3u);
  EXPECT_EQ(views.classes[0].name, "accounts");
  EXPECT_THAT(views.classes[0].after, ElementsAre(1));
  EXPECT_EQ(views.classes[0].forward, 3u);
  EXPECT_EQ(views.classes[0].backward, 1u);
  EXPECT_EQ(views.classes[1].forward, 2u);
  EXPECT_EQ(views.classes[1].backward, 2u);
  EXPECT_EQ(views.classes[2].forward, 1u);
  EXPECT_EQ(views.classes[2].backward, 3u);
}

TEST(ViewsTest, ACircleReachesEachOfItsClassesOnce) {
  RecordedRun run;
  bank::Transfer(run.bank());
  bank::Audit(run.bank());
  const Views views = ViewsOf(run);

  ASSERT_EQ(views.classes.size(), 2u);
  EXPECT_EQ(views.classes[0].forward, 2u);
  EXPECT_EQ(views.classes[0].backward, 2u);
}

// A second kind of the same dependency is no second dependency.
TEST(ViewsTest, DependenciesCountOncePerPair) {
  RecordedRun run;
  bank::ReadRates(run.bank());
  bank::SetRates(run.bank());
  bank::ReadRates(run.bank());
  const Views views = ViewsOf(run);

  EXPECT_EQ(StatOf(views, "direct dependencies"), 2u);
}

TEST(ViewsTest, StatsCountTheGraph) {
  RecordedRun run;
  bank::Transfer(run.bank());
  bank::Archive(run.bank());
  const Views views = ViewsOf(run);

  EXPECT_EQ(StatOf(views, "lock-classes"), 3u);
  EXPECT_EQ(StatOf(views, "direct dependencies"), 2u);
  EXPECT_EQ(StatOf(views, "indirect dependencies"), 3u);
  EXPECT_EQ(StatOf(views, "dependency chains"), 4u);
  EXPECT_EQ(StatOf(views, "lock acquisitions"), 4u);
  EXPECT_EQ(StatOf(views, "violations"), 0u);
  EXPECT_EQ(StatOf(views, "validating"), 1u);
}

TEST(ViewsTest, ClassesTextNamesWhatFollows) {
  RecordedRun run;
  bank::Transfer(run.bank());

  EXPECT_EQ(ClassesText(ViewsOf(run)),
            "all lock classes:\n"
            "0000000000000001 FD:    2 BD:    1: accounts\n"
            " -> [0000000000000002] audit\n"
            "\n"
            "0000000000000002 FD:    1 BD:    2: audit\n"
            "\n");
}

TEST(ViewsTest, JsonSaysTheSame) {
  RecordedRun run;
  bank::Transfer(run.bank());
  const Views views = ViewsOf(run);

  const auto classes = nlohmann::json::parse(ClassesJson(views)).at("classes");
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes[0].at("name"), "accounts");
  EXPECT_EQ(classes[0].at("after"), nlohmann::json({"audit"}));
  EXPECT_EQ(nlohmann::json::parse(StatsJson(views)).at("stats").at("lock-classes"), 2);
}

TEST(ViewsTest, ChainsAreShownFromTheFirstLock) {
  RecordedRun run;
  bank::Transfer(run.bank());

  EXPECT_EQ(ChainsText(ViewsOf(run)),
            "all lock chains:\n"
            "irq_context: 0\n"
            "[0000000000000001] accounts\n"
            "\n"
            "irq_context: 0\n"
            "[0000000000000001] accounts\n"
            "[0000000000000002] audit\n"
            "\n");
}

// What is left in the middle is a chain that nobody proved.
TEST(ViewsTest, ChainsKnowWhatWasReleasedInBetween) {
  RecordedRun run;
  const LockMap a{{1}, "a", LockKind::kMutex};
  const LockMap b{{2}, "b", LockKind::kMutex};
  const LockMap c{{3}, "c", LockKind::kMutex};
  const LockMap d{{4}, "d", LockKind::kMutex};
  ThreadContext& thread = *run.bank().thread;
  for (const LockMap* lock : {&a, &b, &c}) run.validator().Acquire(thread, {.lock = lock});
  run.validator().Release(thread, b, {});
  run.validator().Acquire(thread, {.lock = &d});

  EXPECT_THAT(ChainsText(ViewsOf(run)), HasSubstr("irq_context: 0\n"
                                                  "[0000000000000001] a\n"
                                                  "[0000000000000003] c\n"
                                                  "[0000000000000004] d\n"
                                                  "\n"));
}

TEST(ViewsTest, ChainsSayHowAndWhereTheirLocksWereTaken) {
  RecordedRun run;
  const LockMap lock{{1}, "a", LockKind::kRwLock};
  ThreadContext& thread = *run.bank().thread;
  run.validator().SetContexts(thread, {.in = 1}, {});
  run.validator().Acquire(thread,
                          {.lock = &lock, .mode = ReadMode::kRead, .trylock = TryLock::kYes});
  const Views views = ViewsOf(run);

  const auto chains = nlohmann::json::parse(ChainsJson(views)).at("chains");
  ASSERT_EQ(chains.size(), 1u);
  EXPECT_EQ(chains[0].at("contexts"), nlohmann::json({bank::kContextNames[0]}));
  EXPECT_EQ(chains[0].at("locks"), nlohmann::json::parse(R"([
      {"class": "a", "mode": "read", "trylock": true, "sync": false}])"));
  EXPECT_THAT(ChainsText(views), HasSubstr(std::string("irq_context: ") + bank::kContextNames[0]));
}

// Nor do what could interrupt it, and its being forgotten and proved anew, make another.
TEST(ViewsTest, AChainIsShownOnce) {
  RecordedRun run;
  const LockMap lock{{1}, "a", LockKind::kMutex};
  ThreadContext& thread = *run.bank().thread;
  for (int i = 0; i < 2; ++i) {
    for (const ContextSet enabled : {0, 1}) {
      run.validator().SetContexts(thread, {.enabled = enabled}, {});
      run.validator().Acquire(thread, {.lock = &lock});
      run.validator().Release(thread, lock, {});
    }
    run.validator().Reset(thread);
  }

  EXPECT_THAT(ViewsOf(run).chains, testing::SizeIs(1));
}

// What a host timed of the accounts: one write, and two reads of which one had to wait.
Views TimedViews() {
  RecordedRun run;
  bank::Transfer(run.bank());
  LockStat times;
  LockStat::ThreadTimes& thread = *times.CreateThread();
  const ClassId accounts{1};
  int lock = 0;
  times.Acquired(thread, &lock, accounts, ReadMode::kWrite, 0);
  times.Released(thread, &lock, 1500);
  times.Acquired(thread, &lock, accounts, ReadMode::kRead, 2000);
  times.Released(thread, &lock, 2100);
  times.Contended(thread, &lock, accounts, ReadMode::kRead, 0x77, 3000);
  times.Acquired(thread, &lock, accounts, ReadMode::kRead, 5000);
  times.Released(thread, &lock, 5300);
  run.recorder().WriteLockStat(times, 2);
  return ViewsOf(run);
}

TEST(ViewsTest, LockStatShowsWaitsAndHoldsByMode) {
  const std::string text = LockStatText(TimedViews());

  EXPECT_THAT(text, testing::ContainsRegex(
                        "accounts-W: +0 +0.00 +0.00 +0.00 +0.00 +1 +1.50 +1.50 +1.50 +1.50\n"));
  EXPECT_THAT(text, testing::ContainsRegex(
                        "accounts-R: +1 +2.00 +2.00 +2.00 +2.00 +2 +0.10 +0.30 +0.40 +0.20\n"));
  EXPECT_THAT(text, testing::ContainsRegex("accounts +1 waits .*0x76"));
}

TEST(ViewsTest, LockStatSaysTheSameInJson) {
  const auto rows = nlohmann::json::parse(LockStatJson(TimedViews())).at("lock_stat");

  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at("class"), "accounts");
  EXPECT_EQ(rows[0].at("read_hold"), nlohmann::json::parse(R"({
      "count": 2, "min": 100, "max": 300, "avg": 200, "total": 400})"));
  EXPECT_EQ(rows[0].at("contended_at")[0].at("count"), 1);
}

TEST(ViewsTest, LockStatOfAnUntimedRunSaysHowToTime) {
  RecordedRun run;

  EXPECT_THAT(LockStatText(ViewsOf(run)), HasSubstr("lock_stat=1"));
}

TEST(ViewsTest, NamesCannotActOnATerminal) {
  RecordedRun run;
  const LockMap hostile{{9}, "evil\033[2J\nall lock classes:", LockKind::kMutex};
  run.validator().Acquire(*run.bank().thread, {.lock = &hostile});
  run.validator().Release(*run.bank().thread, hostile, {});
  const std::string text = ClassesText(ViewsOf(run));

  EXPECT_THAT(text, HasSubstr("evil"));
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find("\nall lock classes:\n"), std::string::npos);
}

}  // namespace
}  // namespace lockdep::report
