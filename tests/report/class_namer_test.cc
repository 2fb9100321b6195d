#include "lockdep/report/class_namer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "lockdep/record/recorder.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"
#include "tests/report/symbolizer_subject.h"

namespace lockdep::report {
namespace {

using record::Recording;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

// A recording with these classes, which get the ids 1, 2, ...
Recording RecordingOf(std::vector<LockClass> classes) {
  const TemporaryDirectory directory;
  record::Recorder recorder;
  EXPECT_EQ(recorder.Open((directory / "r").c_str(), "c"), 0);
  uint32_t id = 0;
  for (LockClass& lock_class : classes) {
    lock_class.id = ClassId{++id};
    if (lock_class.key.value == 0) lock_class.key = {id};
    recorder.OnClass(lock_class);
  }
  recorder.Close();
  absl::StatusOr<Recording> recording = record::ReadRecording(directory / "r");
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

LockClass Named(const char* name, uint8_t subclass = 0) {
  LockClass lock_class;
  lock_class.name = name;
  lock_class.subclass = subclass;
  lock_class.kind = LockKind::kMutex;
  return lock_class;
}

LockClass At(ClassOrigin origin_kind, uintptr_t origin, LockKind kind = LockKind::kMutex) {
  LockClass lock_class;
  lock_class.kind = kind;
  lock_class.origin_kind = origin_kind;
  lock_class.origin = origin;
  return lock_class;
}

class ClassNamerTest : public testing::Test {
 protected:
  std::string Shown(const ClassNames& names, uint32_t id) { return names.at(ClassId{id}).shown; }

  Symbolizer symbolizer_;
  ClassNamer namer_{symbolizer_};
};

TEST_F(ClassNamerTest, ANameIsTheNameAndASubclassItsNumber) {
  const ClassNames names = namer_.Name(RecordingOf({Named("g_audit"), Named("g_audit", 2)}));

  EXPECT_EQ(Shown(names, 1), "g_audit");
  EXPECT_EQ(Shown(names, 2), "g_audit/2");
}

TEST_F(ClassNamerTest, NamesakesAreToldApartInOrderOfAppearance) {
  const ClassNames names =
      namer_.Name(RecordingOf({Named("lock"), Named("other"), Named("lock"), Named("lock")}));

  EXPECT_EQ(Shown(names, 1), "lock");
  EXPECT_EQ(Shown(names, 3), "lock #2");
  EXPECT_EQ(Shown(names, 4), "lock #3");
  EXPECT_EQ(names.at(ClassId{3}).stable, "lock") << "which one came first may change";
}

TEST_F(ClassNamerTest, AHundredThousandNamesakesAreNumberedInNoTime) {
  constexpr uint32_t kCount = 100'000;
  Recording recording;
  for (uint32_t i = 1; i <= kCount; ++i) {
    recording.classes.push_back({.id = ClassId{i}, .kind = LockKind::kMutex, .name = "lock"});
  }
  const auto start = std::chrono::steady_clock::now();
  const ClassNames names = namer_.Name(recording);

  EXPECT_EQ(Shown(names, kCount), "lock #100000");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

// A class of a static lock in each of these modules, which nobody can read.
Recording StaticLocksIn(const std::vector<record::Module>& modules) {
  Recording recording;
  for (const record::Module& module : modules) {
    const auto index = static_cast<int32_t>(recording.modules.size());
    const auto id = static_cast<ClassId>(index + 1);
    recording.modules.push_back(module);
    recording.class_index.emplace(id, recording.classes.size());
    recording.classes.push_back({.id = id,
                                 .kind = LockKind::kMutex,
                                 .origin_kind = ClassOrigin::kStaticAddress,
                                 .origin = {0x100, index}});
  }
  return recording;
}

TEST_F(ClassNamerTest, TheSameClassOfAnotherBuildHasTheSameName) {
  const ClassNames names = namer_.Name(
      StaticLocksIn({{.build_id = "1", .path = "/a/prog"}, {.build_id = "2", .path = "/b/prog"}}));

  EXPECT_EQ(Shown(names, 1), "mutex at prog+0x100");
  EXPECT_EQ(Shown(names, 2), "mutex at prog+0x100");
}

TEST_F(ClassNamerTest, FilesOfOneNameInOneProcessAreToldApart) {
  const ClassNames names =
      namer_.Name(StaticLocksIn({{.build_id = "1", .path = "/a/plugin.so", .has_namesake = true},
                                 {.build_id = "2", .path = "/b/plugin.so", .has_namesake = true}}));

  EXPECT_EQ(Shown(names, 1), "mutex at plugin.so+0x100");
  EXPECT_EQ(Shown(names, 2), "mutex at plugin.so+0x100 #2");
}

TEST_F(ClassNamerTest, AStaticLockHasItsSymbol) {
  const auto ledger = reinterpret_cast<uintptr_t>(&subject::g_ledger);

  const ClassNames names = namer_.Name(RecordingOf(
      {At(ClassOrigin::kStaticAddress, ledger), At(ClassOrigin::kStaticAddress, ledger + 16)}));

  EXPECT_EQ(Shown(names, 1), "subject::g_ledger");
  EXPECT_EQ(Shown(names, 2), "subject::g_ledger+16");
}

TEST_F(ClassNamerTest, AStaticLockWithoutSymbolHasItsModule) {
  Recording recording = RecordingOf(
      {At(ClassOrigin::kStaticAddress, reinterpret_cast<uintptr_t>(&subject::g_ledger))});
  recording.modules[0].path = "/nonexistent/libgone.so";

  EXPECT_THAT(Shown(namer_.Name(recording), 1), MatchesRegex("mutex at libgone.so\\+0x[0-9a-f]+"));
}

TEST_F(ClassNamerTest, AnInitSiteIsSaidWithFunctionAndLine) {
  const subject::CallPlace place = subject::OuterFunction(1);

  const ClassName name = namer_
                             .Name(RecordingOf({At(ClassOrigin::kInitSite, place.return_address,
                                                   LockKind::kRecursiveMutex)}))
                             .at(ClassId{1});

  EXPECT_EQ(name.shown,
            "recursive mutex initialised in subject::InnerFunction() at "
            "symbolizer_subject.cc:" +
                std::to_string(place.inner_line));
  EXPECT_EQ(name.stable, "recursive mutex initialised in subject::InnerFunction");
}

TEST_F(ClassNamerTest, TheFirstUseOfALockIsNoPartOfItsStableName) {
  const subject::CallPlace place = subject::OuterFunction(1);

  const ClassName name =
      namer_.Name(RecordingOf({At(ClassOrigin::kFirstUse, place.return_address)})).at(ClassId{1});

  EXPECT_THAT(name.shown, HasSubstr("mutex first locked in subject::InnerFunction() at"));
  EXPECT_EQ(name.stable, "mutex");
}

TEST_F(ClassNamerTest, AFirstUseWithANameIsAPlaceInAnObject) {
  const subject::CallPlace place = subject::OuterFunction(1);
  LockClass first = At(ClassOrigin::kFirstUse, place.return_address);
  LockClass second = first;
  first.name = "+8";
  second.name = "+48";

  const ClassNames names = namer_.Name(RecordingOf({first, second}));

  EXPECT_EQ(names.at(ClassId{1}).stable, "mutex in object allocated in subject::InnerFunction +8");
  EXPECT_EQ(Shown(names, 2),
            "mutex in object allocated in subject::InnerFunction() at symbolizer_subject.cc:" +
                std::to_string(place.inner_line) + " +48");
}

// A run in which the first class was first locked inside bank::Lock, the wrapper,
// called from Transfer.  That call is not on the stacks of the run: one is made up.
Recording FirstLockedInAWrapper() {
  RecordedRun run;
  bank::Transfer(run.bank());
  Recording recording = *record::ReadRecording(run.Finish());
  record::StackEntry stack = recording.stacks.back();
  stack.id = StackId{1000};
  const record::Address inside_wrapper = {reinterpret_cast<uintptr_t>(&bank::Lock) + 8,
                                          stack.pcs[0].module};
  stack.pcs.insert(stack.pcs.begin(), inside_wrapper);
  recording.stack_index.emplace(stack.id, recording.stacks.size());
  recording.stacks.push_back(stack);
  recording.classes[0].origin_kind = ClassOrigin::kFirstUse;
  recording.classes[0].origin = inside_wrapper;
  return recording;
}

TEST_F(ClassNamerTest, AnOriginInsideAWrapperIsTracedToItsCaller) {
  Recording recording = FirstLockedInAWrapper();
  recording.dependencies[0].from_stack = StackId{1000};

  const std::string shown = namer_.Name(recording).at(recording.classes[0].id).shown;

  EXPECT_THAT(shown, AllOf(HasSubstr("first locked in bank::Transfer() at bank.cc:"),
                           Not(HasSubstr("bank::Lock"))));
}

TEST_F(ClassNamerTest, TheCallerOfAnotherClassIsNotTaken) {
  Recording recording = FirstLockedInAWrapper();
  recording.dependencies[0].to_stack = StackId{1000};

  EXPECT_EQ(namer_.Name(recording).at(recording.classes[0].id).shown, "mutex");
}

TEST_F(ClassNamerTest, AClassThatNothingIsKnownOfHasItsKind) {
  const ClassNames names = namer_.Name(
      RecordingOf({Named(nullptr), At(ClassOrigin::kFirstUse, 0, LockKind::kRwLock), Named("")}));

  EXPECT_EQ(Shown(names, 1), "mutex");
  EXPECT_EQ(Shown(names, 2), "rwlock");
  EXPECT_EQ(Shown(names, 3), "mutex #2");
}

}  // namespace
}  // namespace lockdep::report
