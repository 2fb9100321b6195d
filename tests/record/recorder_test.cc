#include "lockdep/record/recorder.h"

#include <dlfcn.h>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "lockdep/native_stack.h"
#include "lockdep/record/recording.h"
#include "lockdep/validator.h"
#include "tests/record/temporary_directory.h"

namespace lockdep::record {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

Recording Read(const std::string& path) {
  absl::StatusOr<Recording> recording = ReadRecording(path);
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

LockClass NamedClass(uint32_t id, const char* name) {
  LockClass lock_class;
  lock_class.id = ClassId{id};
  lock_class.key = {id};
  lock_class.name = name;
  lock_class.kind = LockKind::kRwLock;
  return lock_class;
}

const void* Lock(uintptr_t value) { return reinterpret_cast<const void*>(value); }

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() { EXPECT_EQ(recorder_.Open(path_.c_str(), "prog --flag"), 0); }

  // What was recorded so far.
  Recording Finish() {
    recorder_.Close();
    return Read(path_);
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_ / "r.lockdep";
  Recorder recorder_;
};

TEST_F(RecorderTest, TheHeaderSaysWhoRan) {
  const Recording recording = Finish();

  EXPECT_EQ(recording.pid, static_cast<uint64_t>(getpid()));
  EXPECT_EQ(recording.command, "prog --flag");
  EXPECT_GT(recording.start_time_ns, 1'600'000'000'000'000'000u);
  EXPECT_NE(recording.machine, EM_NONE);
  EXPECT_FALSE(recording.end_time_ns.has_value());
}

TEST_F(RecorderTest, EverythingToldComesBack) {
  const uintptr_t pcs[] = {0x10, 0x20, 0x30};
  Dependency edge{.from = ClassId{1}, .to = ClassId{2}};
  const Witness witness{.kind = DependencyKind::kSR,
                        .from_mode = ReadMode::kRead,
                        .to_mode = ReadMode::kRecursiveRead,
                        .thread = ThreadId{4},
                        .from_lock = Lock(0xa),
                        .to_lock = Lock(0xb),
                        .from_stack = StackId{9},
                        .to_stack = StackId::kNone,
                        .next = nullptr};
  const DeclaredArc arc = {"A", "B", "order.txt:3: A -> B"};
  recorder_.OnThread(ThreadId{4}, "worker");
  recorder_.OnClass(NamedClass(1, "A"));
  recorder_.OnClass(NamedClass(2, nullptr));
  recorder_.OnStack(StackId{9}, pcs);
  recorder_.OnDependency(edge, witness);
  recorder_.OnDeclaredArc(ClassId{2}, ClassId{1}, arc);
  recorder_.AddUnobserved("futexes are not seen");
  recorder_.WriteTotals({1, 2, 3});
  recorder_.WriteTotals({4, 5, 6});
  recorder_.OnStopped("out of memory");
  recorder_.WriteEnd();

  const Recording recording = Finish();

  EXPECT_EQ(recording.FindThread(ThreadId{4})->name, "worker");
  EXPECT_EQ(recording.FindClass(ClassId{1})->name, "A");
  EXPECT_EQ(recording.FindClass(ClassId{1})->kind, LockKind::kRwLock);
  EXPECT_EQ(recording.FindClass(ClassId{2})->name, "");
  EXPECT_EQ(recording.FindStack(StackId{9})->pcs.size(), 3u);
  ASSERT_EQ(recording.dependencies.size(), 1u);
  const DependencyEntry& dependency = recording.dependencies[0];
  EXPECT_EQ(dependency.kind, DependencyKind::kSR);
  EXPECT_EQ(dependency.from_mode, ReadMode::kRead);
  EXPECT_EQ(dependency.to_mode, ReadMode::kRecursiveRead);
  EXPECT_EQ(dependency.thread, ThreadId{4});
  EXPECT_EQ(dependency.from_lock, 0xau);
  EXPECT_EQ(dependency.to_lock, 0xbu);
  EXPECT_EQ(dependency.from_stack, StackId{9});
  ASSERT_EQ(recording.declared_arcs.size(), 1u);
  EXPECT_EQ(recording.declared_arcs[0].from, ClassId{2});
  EXPECT_EQ(recording.declared_arcs[0].declaration, "order.txt:3: A -> B");
  EXPECT_THAT(recording.unobserved, ElementsAre("futexes are not seen"));
  EXPECT_EQ(recording.totals->locks, 5u);
  EXPECT_EQ(recording.stop_reason, "out of memory");
  EXPECT_TRUE(recording.end_time_ns.has_value());
  EXPECT_THAT(recording.warnings, IsEmpty());
}

// More than a record has room for, in one write for many.
TEST_F(RecorderTest, ChainsComeBackInTheirOrder) {
  constexpr ChainKey kChains = 500;
  recorder_.OnClass(NamedClass(1, "A"));
  ChainKey before = kEmptyChainKey;
  for (ChainKey key = 1; key <= kChains; ++key) {
    const LockUse use(ClassId{1}, ReadMode::kRead, key == 1 ? TryLock::kYes : TryLock::kNo);
    recorder_.OnChain({key, std::exchange(before, key), use}, key == 2 ? 5 : 0);
  }
  recorder_.FlushChains();

  const Recording recording = Finish();

  ASSERT_EQ(recording.chains.size(), kChains);
  EXPECT_EQ(recording.chains[0].link.previous, 0u);
  EXPECT_TRUE(recording.chains[0].link.use.tried());
  EXPECT_EQ(recording.chains[0].link.use.mode(), ReadMode::kRead);
  EXPECT_EQ(recording.chains[1].link.previous, 1u);
  EXPECT_FALSE(recording.chains[1].link.use.tried());
  EXPECT_EQ(recording.chains[1].contexts, 5u);
  EXPECT_EQ(recording.chains.back().link.key, kChains);
}

TEST_F(RecorderTest, TheLastTimesOfAClassCount) {
  LockStat times;
  LockStat::ThreadTimes& thread = *times.CreateThread();
  recorder_.OnClass(NamedClass(1, "A"));
  recorder_.OnClass(NamedClass(2, "B"));
  int lock = 0;
  times.Contended(thread, &lock, ClassId{2}, ReadMode::kWrite, 0x77, 100);
  times.Acquired(thread, &lock, ClassId{2}, ReadMode::kWrite, 130);
  recorder_.WriteLockStat(times, 2);
  times.Released(thread, &lock, 200);
  recorder_.WriteLockStat(times, 2);

  const Recording recording = Finish();

  ASSERT_EQ(recording.lock_stats.size(), 1u);
  const LockStatEntry& entry = recording.lock_stats[0];
  EXPECT_EQ(entry.class_id, ClassId{2});
  EXPECT_EQ(entry.write_wait, (LockTimes{1, 30, 30, 30}));
  EXPECT_EQ(entry.write_hold, (LockTimes{1, 70, 70, 70}));
  EXPECT_EQ(entry.read_hold, LockTimes());
  ASSERT_EQ(entry.contended_at.size(), 1u);
  EXPECT_EQ(entry.contended_at[0].pc.value, 0x77u);
  EXPECT_EQ(entry.contended_at[0].count, 1u);
}

TEST_F(RecorderTest, ChainsOfAnEarlierFileAreNotWrittenToTheNext) {
  recorder_.OnClass(NamedClass(1, "A"));
  recorder_.OnChain({1, kEmptyChainKey, LockUse(ClassId{1}, ReadMode::kWrite, TryLock::kNo)}, 0);
  ASSERT_EQ(recorder_.Open((directory_ / "child").c_str(), "child"), 0);
  recorder_.FlushChains();
  recorder_.Close();

  const absl::StatusOr<Recording> child = ReadRecording(directory_ / "child");

  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_THAT(child->chains, IsEmpty());
  EXPECT_THAT(child->warnings, IsEmpty());
}

TEST_F(RecorderTest, AViolationComesBackWhole) {
  recorder_.OnThread(ThreadId{1}, "a");
  recorder_.OnThread(ThreadId{2}, "b");
  recorder_.OnClass(NamedClass(1, "A"));
  const uintptr_t pcs[] = {0x10};
  recorder_.OnStack(StackId{1}, pcs);
  const ViolationEdge edge{.from = ClassId{1},
                           .to = ClassId{1},
                           .from_mode = ReadMode::kRead,
                           .thread = ThreadId{2},
                           .from_lock = Lock(1),
                           .to_lock = Lock(2),
                           .to_stack = StackId{1},
                           .declaration = "somewhere:1"};
  const ViolationLock held{ClassId{1}, ReadMode::kRead, Lock(3), StackId{1}};
  Violation violation{.kind = ViolationKind::kUnprotectedAccess, .level = Level::kConfirmed};
  violation.thread = ThreadId{1};
  violation.owner = ThreadId{2};
  violation.stack = StackId{1};
  violation.lock = held;
  violation.edges = {&edge, 1};
  violation.held = {&held, 1};
  violation.subject = "vma->vm_flags";
  violation.rule = "needs the mmap lock";

  recorder_.OnViolation(violation);
  const Recording recording = Finish();

  ASSERT_EQ(recording.violations.size(), 1u) << testing::PrintToString(recording.warnings);
  const ViolationEntry& read = recording.violations[0];
  EXPECT_EQ(read.kind, ViolationKind::kUnprotectedAccess);
  EXPECT_EQ(read.level, Level::kConfirmed);
  EXPECT_EQ(read.thread, ThreadId{1});
  EXPECT_EQ(read.owner, ThreadId{2});
  EXPECT_EQ(read.stack, StackId{1});
  EXPECT_EQ(read.lock.address.value, 3u);
  ASSERT_EQ(read.edges.size(), 1u);
  EXPECT_EQ(read.edges[0].from_mode, ReadMode::kRead);
  EXPECT_EQ(read.edges[0].to_lock.value, 2u);
  EXPECT_EQ(read.edges[0].declaration, "somewhere:1");
  ASSERT_EQ(read.held.size(), 1u);
  EXPECT_EQ(read.held[0].mode, ReadMode::kRead);
  EXPECT_EQ(read.subject, "vma->vm_flags");
  EXPECT_EQ(read.rule, "needs the mmap lock");
}

TEST_F(RecorderTest, ACycleOfAnyLengthFits) {
  recorder_.OnClass(NamedClass(1, "A"));
  const std::vector<ViolationEdge> edges(5000, ViolationEdge{.from = ClassId{1}, .to = ClassId{1}});
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  violation.edges = edges;

  recorder_.OnViolation(violation);
  recorder_.OnViolation(violation);
  const Recording recording = Finish();

  ASSERT_EQ(recording.violations.size(), 2u);
  EXPECT_EQ(recording.violations[1].edges.size(), 5000u);
}

__attribute__((noinline)) uintptr_t OwnAddress() {
  return reinterpret_cast<uintptr_t>(__builtin_return_address(0));
}

TEST_F(RecorderTest, ModulesAreNamedOnceBeforeTheFirstStackThatNeedsThem) {
  // Of libc itself: a sanitizer may have one of its own before it.
  void* library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  const auto libc = reinterpret_cast<uintptr_t>(dlsym(library, "qsort")) + 1;
  const uintptr_t pcs[] = {OwnAddress(), libc, OwnAddress(), 0x10};
  recorder_.OnStack(StackId{1}, pcs);
  recorder_.OnStack(StackId{2}, pcs);

  const Recording recording = Finish();

  ASSERT_EQ(recording.modules.size(), 2u);
  const Module& self = recording.modules[0];
  EXPECT_EQ(self.path, std::filesystem::read_symlink("/proc/self/exe").string());
  EXPECT_EQ(self.build_id.size(), 20u);
  EXPECT_THAT(recording.modules[1].path, HasSubstr("libc.so"));
  const std::vector<Address>& read = recording.FindStack(StackId{2})->pcs;
  EXPECT_EQ(read[0].module, 0);
  EXPECT_EQ(read[1].module, 1);
  EXPECT_EQ(read[2].module, 0);
  EXPECT_EQ(read[3].module, Address::kNoModule);
}

TEST_F(RecorderTest, AModuleOpenedByARelativePathIsNamedByItsAbsoluteOne) {
  namespace fs = std::filesystem;
  const fs::path module = LOCKDEP_TEST_MODULE;
  const fs::path before = fs::current_path();
  fs::current_path(module.parent_path());
  void* handle = dlopen(("./" + module.filename().string()).c_str(), RTLD_NOW);
  fs::current_path(before);
  ASSERT_NE(handle, nullptr) << dlerror();
  const auto function = reinterpret_cast<uintptr_t>(dlsym(handle, "function_of_a_relative_module"));

  recorder_.OnStack(StackId{1}, std::array{function});

  EXPECT_EQ(Finish().modules.at(0).path, fs::canonical(module));
  dlclose(handle);
}

int g_static_object;

TEST_F(RecorderTest, TheModuleOfAStaticLockIsNamed) {
  LockClass lock_class = NamedClass(1, nullptr);
  lock_class.origin_kind = ClassOrigin::kStaticAddress;
  lock_class.origin = reinterpret_cast<uintptr_t>(&g_static_object);
  recorder_.OnClass(lock_class);

  const Recording recording = Finish();

  EXPECT_EQ(recording.classes[0].origin.module, 0);
}

TEST_F(RecorderTest, OpenRefusesAnExistingFileAndTheOldRecordingStays) {
  recorder_.Close();
  Recorder second;

  EXPECT_EQ(second.Open(path_.c_str(), "again"), EEXIST);
  EXPECT_FALSE(second.is_open());
  EXPECT_EQ(Read(path_).command, "prog --flag");
}

TEST_F(RecorderTest, KeepsErrno) {
  errno = EDOM;
  recorder_.OnThread(ThreadId{1}, "a");
  recorder_.WriteTotals({});
  EXPECT_EQ(errno, EDOM);

  Recorder failing;
  EXPECT_EQ(failing.Open("/nonexistent/x", "c"), ENOENT);
  EXPECT_EQ(errno, EDOM);
  recorder_.Close();
  EXPECT_EQ(errno, EDOM);
}

TEST_F(RecorderTest, WhatComesAfterCloseIsIgnored) {
  recorder_.Close();
  recorder_.Close();
  recorder_.OnThread(ThreadId{1}, "late");
  recorder_.WriteEnd();

  EXPECT_FALSE(recorder_.is_open());
  EXPECT_EQ(recorder_.failed_errno(), 0);
  EXPECT_THAT(Read(path_).threads, IsEmpty());
}

// Runs `body` in a child and returns how it ended.
template <typename Body>
int StatusOfChild(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(RecorderProcessTest, AKilledProcessLeavesAReadableRecording) {
  const TemporaryDirectory directory;
  const std::string path = directory / "r";
  const pid_t child = fork();
  if (child == 0) {
    static Recorder recorder;
    recorder.Open(path.c_str(), "endless");
    for (uint32_t id = 1;; ++id) recorder.OnClass(NamedClass(id, "some lock class"));
  }
  while (!std::filesystem::exists(path) || std::filesystem::file_size(path) < 100'000) usleep(1000);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);

  const Recording recording = Read(path);

  EXPECT_GT(recording.classes.size(), 1000u);
  EXPECT_THAT(recording.classes, Each(Field(&ClassEntry::name, "some lock class")));
  EXPECT_FALSE(recording.end_time_ns.has_value());
  EXPECT_LE(recording.warnings.size(), 1u);
}

TEST(RecorderProcessTest, AFullDiskEndsTheRecordingAndNotTheHost) {
  const TemporaryDirectory directory;
  const std::string path = directory / "r";
  const int status = StatusOfChild([&] {
    static Recorder recorder;
    const rlimit limit = {2000, 2000};
    setrlimit(RLIMIT_FSIZE, &limit);
    if (recorder.Open(path.c_str(), "prog") != 0) _exit(1);
    errno = EDOM;
    for (uint32_t id = 1; id < 1000; ++id) recorder.OnClass(NamedClass(id, "some lock class"));
    if (recorder.failed_errno() != EFBIG || recorder.is_open() || errno != EDOM) _exit(2);
  });

  EXPECT_EQ(status, 0);
  const Recording recording = Read(path);
  EXPECT_GT(recording.classes.size(), 10u);
  EXPECT_THAT(recording.warnings, ElementsAre(HasSubstr("the file ends inside a record")));
  EXPECT_TRUE(recording.is_damaged);
}

TEST(RecorderProcessTest, AChildRecordsIntoAFileOfItsOwn) {
  const TemporaryDirectory directory;
  Recorder recorder;
  NativeStack stacks;
  Validator validator({.observer = &recorder, .stacks = &stacks});
  ASSERT_EQ(recorder.Open((directory / "parent").c_str(), "parent"), 0);
  ThreadContext* thread = validator.CreateThread("main");
  LockMap a({1}, "A", LockKind::kMutex);
  LockMap b({2}, "B", LockKind::kMutex);
  validator.Acquire(*thread, {.lock = &a, .site = LOCKDEP_CALL_SITE()});
  validator.Acquire(*thread, {.lock = &b, .site = LOCKDEP_CALL_SITE()});

  validator.LockGraph();
  const int status = StatusOfChild([&] {
    validator.AfterForkInChild(thread);
    if (recorder.Open((directory / "child").c_str(), "child") != 0) _exit(1);
    validator.ReplaceObserver(&recorder);
    LockMap c({3}, "C", LockKind::kMutex);
    validator.Acquire(*thread, {.lock = &c, .site = LOCKDEP_CALL_SITE()});
    recorder.WriteEnd();
  });
  validator.UnlockGraph();
  recorder.WriteEnd();
  recorder.Close();

  EXPECT_EQ(status, 0);
  const Recording parent = Read(directory / "parent");
  const Recording child = Read(directory / "child");
  EXPECT_EQ(parent.classes.size(), 2u);
  EXPECT_EQ(parent.dependencies.size(), 1u);
  EXPECT_EQ(child.command, "child");
  EXPECT_NE(child.pid, parent.pid);
  EXPECT_EQ(child.classes.size(), 3u);
  EXPECT_GE(child.dependencies.size(), 2u);
  EXPECT_THAT(child.warnings, IsEmpty());
}

void* RecordTotals(void* recorder) {
  for (uint64_t i = 0; i < 500; ++i) static_cast<Recorder*>(recorder)->WriteTotals({i, i, i});
  return nullptr;
}

TEST_F(RecorderTest, TotalsMayBeWrittenBesideOtherRecords) {
  pthread_t writer;
  ASSERT_EQ(pthread_create(&writer, nullptr, RecordTotals, &recorder_), 0);
  for (uint32_t id = 1; id <= 500; ++id) recorder_.OnClass(NamedClass(id, "A"));
  pthread_join(writer, nullptr);

  const Recording recording = Finish();

  EXPECT_THAT(recording.warnings, IsEmpty());
  EXPECT_EQ(recording.classes.size(), 500u);
  EXPECT_EQ(recording.totals->locks, 499u);
}

}  // namespace
}  // namespace lockdep::record
