#include "lockdep/report/undeclared.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockdep::report {
namespace {

using record::Recording;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ClassId kThirdLine{1}, kFourthLine{2}, kLog{3};

// Two mutexes initialised in two lines of one function; the log is taken under each.
const ClassNames& Names() {
  static const auto& names =
      *new ClassNames{{kThirdLine,
                       {"mutex initialised in Open() at x.c:3", "mutex initialised in Open",
                        "mutex initialised in Open"}},
                      {kFourthLine,
                       {"mutex initialised in Open() at x.c:4", "mutex initialised in Open",
                        "mutex initialised in Open"}},
                      {kLog, {"log", "log", "log"}}};
  return names;
}

Recording BothTakeTheLog() {
  Recording recording;
  recording.dependencies = {{.from = kThirdLine, .to = kLog}, {.from = kFourthLine, .to = kLog}};
  return recording;
}

TEST(UndeclaredTest, AnArcOfOneLineDeclaresNothingOfTheNext) {
  Recording recording = BothTakeTheLog();
  recording.declared_arcs = {{kThirdLine, kLog, "my.order:1"}};
  AddUndeclared(Names(), &recording);

  ASSERT_THAT(recording.violations, SizeIs(1));
  EXPECT_EQ(recording.violations[0].kind, ViolationKind::kUndeclaredDependency);
  EXPECT_EQ(recording.violations[0].edges[0].from, kFourthLine);
}

TEST(UndeclaredTest, WhatIsDeclaredOfBothIsSilent) {
  Recording recording = BothTakeTheLog();
  recording.declared_arcs = {{kThirdLine, kLog, "my.order:1"}, {kFourthLine, kLog, "my.order:1"}};
  AddUndeclared(Names(), &recording);

  EXPECT_THAT(recording.violations, IsEmpty());
}

TEST(UndeclaredTest, WhatOneLineMendsIsToldOnce) {
  Recording recording = BothTakeTheLog();
  AddUndeclared(Names(), &recording);

  EXPECT_THAT(recording.violations, SizeIs(1));
}

}  // namespace
}  // namespace lockdep::report
