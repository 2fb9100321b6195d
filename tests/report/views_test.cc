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
