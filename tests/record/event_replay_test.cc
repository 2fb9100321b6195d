#include "lockdep/record/event_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "lockdep/record/event_log.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/record/recorder.h"
#include "lockdep/validator.h"
#include "tests/record/record_bytes.h"
#include "tests/record/temporary_directory.h"

namespace lockdep::record {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A host that writes each event down before it tells the engine, as the hooks do.
class Host final : public Observer, public StackSource {
 public:
  Validator validator{{.observer = this, .stacks = this}};

  explicit Host(const std::string& path) : path_(path) {
    EXPECT_EQ(recorder_.Open(path.c_str(), "host"), 0);
    EXPECT_TRUE(log_.Start());
  }

  ThreadContext* Begin(const char* name) {
    ThreadContext* thread = validator.CreateThread(name);
    Write(EventOp::kThreadBegins, *thread, nullptr, {});
    return thread;
  }
  void End(ThreadContext* thread) {
    Write(EventOp::kReportHeld, *thread, nullptr, {});
    validator.ReportHeld(*thread, ViolationKind::kHeldAtExit);
    Write(EventOp::kThreadEnds, *thread, nullptr, {});
    validator.DestroyThread(thread);
  }
  void Acquire(ThreadContext& thread, const Acquisition& acquisition) {
    Write(EventOp::kAcquire, thread, acquisition.lock, acquisition);
    validator.Acquire(thread, acquisition);
  }
  void Release(ThreadContext& thread, const LockMap& lock, const CallSite& site = {}) {
    Write(EventOp::kRelease, thread, &lock, {.site = site});
    validator.Release(thread, lock, site);
  }
  void Destroy(ThreadContext& thread, const LockMap& lock) {
    Write(EventOp::kDestroyLock, thread, &lock, {});
    validator.DestroyLock(thread, lock, {});
  }
  void Sync(ThreadContext& thread, const Acquisition& acquisition) {
    Write(EventOp::kSync, thread, acquisition.lock, acquisition);
    validator.Sync(thread, acquisition);
  }
  void Wake(ThreadContext& thread, const Acquisition& acquisition) {
    Write(EventOp::kWake, thread, acquisition.lock, acquisition);
    validator.Wake(thread, acquisition);
  }
  void Write(EventOp op, const ThreadContext& thread, const LockMap* lock, const Acquisition& how) {
    Event event;
    event.step.op = op;
    event.step.mode = how.mode;
    event.step.is_tried = how.trylock == TryLock::kYes;
    event.step.thread = thread.id;
    event.step.lock = reinterpret_cast<uintptr_t>(lock);
    std::copy_n(how.site.pcs, CallSite::kMaxFrames, event.step.pcs);
    event.frame = how.site.frame;
    if (log_.is_full()) Flush();
    log_.Add(event, lock, lock == nullptr ? nullptr : lock->name);
    site_ = how.site.pcs[0];
    wants_stack_ = true;
  }
  void Flush() {
    const std::span<const unsigned char> payload = log_.Take();
    if (!payload.empty()) recorder_.WriteEvents(payload);
  }

  std::string Finish() {
    Flush();
    recorder_.Close();
    return *ReadFileBytes(path_);
  }

  // As of a process that was forked off now; the parent's file is complete.
  void Fork(const std::string& path, ThreadContext& survivor) {
    EXPECT_EQ(recorder_.Open(path.c_str(), "child"), 0);
    path_ = path;
    EXPECT_TRUE(log_.Start());
    validator.ReplaceObserver(this);
    Write(EventOp::kThreadBegins, survivor, nullptr, {});
    for (const HeldLock& held : survivor.held) {
      Write(EventOp::kHeldAtFork, survivor, held.lock,
            {.mode = held.use.mode(), .site = held.site()});
    }
  }

  void OnThread(ThreadId id, const char* name) override { To().OnThread(id, name); }
  void OnClass(const LockClass& lock_class) override { To().OnClass(lock_class); }
  void OnStack(StackId id, std::span<const uintptr_t> pcs) override { To().OnStack(id, pcs); }
  void OnDependency(const Dependency& edge, const Witness& witness) override {
    To().OnDependency(edge, witness);
  }
  void OnViolation(const Violation& violation) override { To().OnViolation(violation); }

  // The place of the event, and callers that depend on it.
  size_t Capture(std::span<StackFrame> frames) override {
    if (site_ == 0) return 0;
    for (size_t i = 0; i < 4; ++i) frames[i] = {site_ + i * 16, 0x1000 + i * 64};
    if (wants_stack_) log_.AddStack(frames.first(4));
    wants_stack_ = false;
    return 4;
  }

 private:
  Recorder& To() {
    Flush();
    return recorder_;
  }

  std::string path_;
  Recorder recorder_;
  EventLog log_;
  uintptr_t site_ = 0;
  bool wants_stack_ = false;
};

// All that a dependency or violation says, to compare.
std::string Words(const DependencyEntry& entry) {
  std::string words;
  for (const uint64_t number :
       {static_cast<uint64_t>(entry.from), static_cast<uint64_t>(entry.to),
        static_cast<uint64_t>(entry.kind), static_cast<uint64_t>(entry.thread), entry.from_lock,
        entry.to_lock, static_cast<uint64_t>(entry.from_stack),
        static_cast<uint64_t>(entry.to_stack)}) {
    words += std::to_string(number) + " ";
  }
  return words;
}

std::string Words(const LockEntry& lock) {
  return std::to_string(static_cast<int>(lock.class_id)) + "@" +
         std::to_string(lock.address.value) + "/" + std::to_string(static_cast<int>(lock.stack));
}

std::string Words(const ViolationEntry& entry) {
  std::string words = std::string(ToString(entry.kind)) + " " + ToString(entry.level) + " " +
                      std::to_string(static_cast<int>(entry.thread)) + " " +
                      std::to_string(static_cast<int>(entry.owner)) + " " +
                      std::to_string(static_cast<int>(entry.stack)) + " " + Words(entry.lock);
  for (const EdgeEntry& edge : entry.edges) {
    words += " " + std::to_string(static_cast<int>(edge.from)) + "->" +
             std::to_string(static_cast<int>(edge.to)) + ":" +
             std::to_string(static_cast<int>(edge.thread)) + "/" +
             std::to_string(static_cast<int>(edge.from_stack)) + "/" +
             std::to_string(static_cast<int>(edge.to_stack));
  }
  for (const LockEntry& lock : entry.held) words += " +" + Words(lock);
  return words;
}

template <typename Entry>
std::vector<std::string> AllWords(const std::vector<Entry>& entries) {
  std::vector<std::string> words;
  for (const Entry& entry : entries) words.push_back(Words(entry));
  return words;
}

class EventReplayTest : public testing::Test {
 protected:
  static Recording Parse(const std::string& bytes) {
    absl::StatusOr<Recording> recording = ParseRecording("test", bytes);
    EXPECT_TRUE(recording.ok()) << recording.status();
    return recording.ok() ? *std::move(recording) : Recording();
  }
  // What the engine says of the events is what it said in the run.  `keeps_findings`: what
  // was recorded of findings is at hand.
  static void ExpectTheSame(const std::string& bytes, bool keeps_findings = false) {
    const Recording live = Parse(bytes);
    Recording replayed = live;
    if (!keeps_findings) replayed.violations.clear();
    EXPECT_GT(ReplayEvents(bytes, &replayed), 0u);
    EXPECT_THAT(replayed.warnings, IsEmpty());
    EXPECT_EQ(AllWords(replayed.dependencies), AllWords(live.dependencies));
    EXPECT_EQ(AllWords(replayed.violations), AllWords(live.violations));
    EXPECT_EQ(replayed.classes.size(), live.classes.size());
    EXPECT_EQ(replayed.stacks.size(), live.stacks.size());
  }

  TemporaryDirectory directory_;
  std::array<LockMap, 8> locks_;
  int files_ = 0;

  std::string NewPath() { return directory_.path() + "/" + std::to_string(++files_); }
  void NameLocks() {
    static constexpr const char* kNames[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (size_t i = 0; i < locks_.size(); ++i) {
      locks_[i].SetClass(ClassKey{i / 2 + 1}, kNames[i / 2]);
      locks_[i].address = &locks_[i];
      locks_[i].kind = LockKind::kRwLock;
    }
  }
};

// One event of a random program.
void RandomEvent(std::mt19937& random, Host& host, std::vector<ThreadContext*>& threads,
                 std::span<LockMap> locks) {
  ThreadContext& thread = *threads[random() % threads.size()];
  const LockMap& lock = locks[random() % locks.size()];
  CallSite site;
  site.pcs[0] = 0x401000 + random() % 6 * 0x100;
  site.frame = 0x1000 + random() % 3 * 64;
  Acquisition acquisition{.lock = &lock, .site = site};
  acquisition.mode = static_cast<ReadMode>(random() % 3);
  acquisition.trylock = random() % 4 == 0 ? TryLock::kYes : TryLock::kNo;
  switch (random() % 12) {
    case 0:
      return host.Destroy(thread, lock);
    case 1:
      return host.Release(thread, lock, site);
    case 2:
      return host.Sync(thread, {.lock = &lock, .site = site});
    case 3:
      return host.Wake(thread, {.lock = &lock, .site = site});
    case 4:
      host.End(&thread);
      std::erase(threads, &thread);
      threads.push_back(host.Begin("again"));
      return;
    default:
      if (thread.held.depth() < 4) return host.Acquire(thread, acquisition);
      while (thread.held.depth() != 0) host.Release(thread, *thread.held.newest().lock);
  }
}

TEST_F(EventReplayTest, RandomProgramsReplayToWhatTheyWere) {
  size_t violations = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    NameLocks();
    std::mt19937 random(seed);
    Host host(NewPath());
    std::vector<ThreadContext*> threads = {host.Begin("x"), host.Begin("y"), host.Begin("z")};
    for (int i = 0; i < 300; ++i) RandomEvent(random, host, threads, locks_);
    const std::string bytes = host.Finish();
    ExpectTheSame(bytes);
    violations += Parse(bytes).violations.size();
    if (HasFailure()) return;
  }
  EXPECT_GT(violations, 1000u) << "or nothing was compared";
}

// What a killed process leaves: the events of each fact stand before it.
TEST_F(EventReplayTest, CutAnywhereItReplaysToAllThatTheRestSays) {
  NameLocks();
  std::mt19937 random(3);
  Host host(NewPath());
  std::vector<ThreadContext*> threads = {host.Begin("x"), host.Begin("y")};
  for (int i = 0; i < 150; ++i) RandomEvent(random, host, threads, locks_);
  const std::string bytes = host.Finish();
  const std::vector<std::string> all = AllWords(Parse(bytes).violations);
  for (size_t size = bytes.size() / 10; size < bytes.size(); size += 37) {
    const std::string cut = bytes.substr(0, size);
    const Recording salvaged = Parse(cut);
    Recording replayed = salvaged;
    ReplayEvents(cut, &replayed);
    ASSERT_GE(replayed.violations.size(), salvaged.violations.size()) << size;
    ASSERT_GE(replayed.dependencies.size(), salvaged.dependencies.size()) << size;
    ASSERT_LE(replayed.violations.size(), all.size());
    std::vector<std::string> kept = AllWords(salvaged.violations);
    std::vector<std::string> again = AllWords(replayed.violations);
    std::sort(kept.begin(), kept.end());
    std::sort(again.begin(), again.end());
    ASSERT_TRUE(std::includes(again.begin(), again.end(), kept.begin(), kept.end())) << size;
  }
}

TEST_F(EventReplayTest, AChildKnowsWhatItsParentLearntAndTellsOnlyItsOwn) {
  NameLocks();
  Host host(NewPath());
  ThreadContext& thread = *host.Begin("main");
  const auto nest = [&](int outer, int inner) {
    host.Acquire(thread, {.lock = &locks_[outer], .site = {.pcs = {0x401000}}});
    host.Acquire(thread, {.lock = &locks_[inner], .site = {.pcs = {0x402000}}});
    host.Release(thread, locks_[inner]);
    host.Release(thread, locks_[outer]);
  };
  nest(0, 2);
  nest(4, 6);
  nest(6, 4);  // Told by the parent.
  host.Acquire(thread, {.lock = &locks_[2], .site = {.pcs = {0x403000}}});
  ExpectTheSame(host.Finish());

  host.Fork(NewPath(), thread);
  host.Acquire(thread, {.lock = &locks_[0], .site = {.pcs = {0x404000}}});
  const std::string bytes = host.Finish();
  ExpectTheSame(bytes);
  const Recording child = Parse(bytes);
  ASSERT_EQ(child.violations.size(), 1u);
  EXPECT_EQ(child.violations[0].edges.size(), 2u) << "one step of the parent's, one of its own";
}

TEST_F(EventReplayTest, WhatTheHostFoundItselfIsKept) {
  NameLocks();
  Host host(NewPath());
  ThreadContext& thread = *host.Begin("main");
  host.Acquire(thread, {.lock = &locks_[0]});
  host.Release(thread, locks_[1]);  // The engine's finding.
  Violation violation{.kind = ViolationKind::kLockOrderInversion};
  violation.lock.class_id = host.validator.classes().Find(ClassKey{1}, 0)->id;
  host.validator.Report(thread, violation, {.pcs = {0x405000}});
  host.Write(EventOp::kHostFinding, thread, nullptr, {.site = {.frame = 2}});
  ExpectTheSame(host.Finish(), /*keeps_findings=*/true);
}

// The host grades what the engine finds, and may tell it again when it is worth more.
TEST_F(EventReplayTest, AGradeIsTheHosts) {
  NameLocks();
  Host host(NewPath());
  ThreadContext& thread = *host.Begin("main");
  host.Acquire(thread, {.lock = &locks_[0], .site = {.pcs = {0x401000}}});
  host.Acquire(thread, {.lock = &locks_[1], .site = {.pcs = {0x402000}}});
  const std::string bytes = host.Finish();
  Recording recording = Parse(bytes);
  ASSERT_EQ(recording.violations.size(), 1u);
  recording.violations[0].level = Level::kNote;
  recording.violations.push_back(recording.violations[0]);
  recording.violations[1].level = Level::kFeasible;
  const std::vector<std::string> graded = AllWords(recording.violations);
  ReplayEvents(bytes, &recording);
  EXPECT_EQ(AllWords(recording.violations), graded);
}

enum class EndsFreely { kNever, kBefore, kAsAnotherLock };

// The level of a wait under a lock that its end needs, in a run in which somebody
// may have ended it freely.
Level LevelOfWait(const std::string& path, std::span<LockMap> locks, EndsFreely ends) {
  Host host(path);
  ThreadContext& thread = *host.Begin("main");
  LockMap& semaphore = locks[2];
  if (ends != EndsFreely::kNever) host.Write(EventOp::kEndsFreely, thread, &semaphore, {});
  if (ends == EndsFreely::kAsAnotherLock) semaphore.SetClass(ClassKey{99}, "other");
  host.Acquire(thread, {.lock = &locks[0]});
  host.Sync(thread, {.lock = &semaphore});
  host.Wake(thread, {.lock = &semaphore});
  const std::string bytes = host.Finish();
  absl::StatusOr<Recording> recording = ParseRecording("test", bytes);
  recording->violations.clear();  // Or it would lend its grade.
  ReplayEvents(bytes, &*recording);
  EXPECT_EQ(recording->violations.size(), 1u);
  EXPECT_EQ(recording->violations.at(0).kind, ViolationKind::kWaitWhileHolding);
  return recording->violations.at(0).level;
}

TEST_F(EventReplayTest, AWaitThatAnybodyEndsIsANote) {
  NameLocks();
  locks_[2].kind = LockKind::kSemaphore;
  EXPECT_EQ(LevelOfWait(NewPath(), locks_, EndsFreely::kNever), Level::kFeasible);
  EXPECT_EQ(LevelOfWait(NewPath(), locks_, EndsFreely::kBefore), Level::kNote);
  EXPECT_EQ(LevelOfWait(NewPath(), locks_, EndsFreely::kAsAnotherLock), Level::kFeasible);
}

TEST_F(EventReplayTest, EventsThatMakeNoSenseEndTheReplayWithAWarning) {
  NameLocks();
  Host host(NewPath());
  ThreadContext& thread = *host.Begin("main");
  host.Release(thread, locks_[0]);
  host.Write(EventOp::kHostFinding, thread, nullptr, {.site = {.frame = 77}});
  host.Release(thread, locks_[2]);
  const std::string bytes = host.Finish();
  Recording recording = Parse(bytes);
  ReplayEvents(bytes, &recording);
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_THAT(recording.warnings[0], HasSubstr("finding 77 is not there; the events from here on"));
  EXPECT_THAT(recording.warnings[0], HasSubstr("test: offset "));
  EXPECT_TRUE(recording.is_damaged);
  EXPECT_EQ(recording.violations.size(), 1u) << "what stands before it";
}

TEST_F(EventReplayTest, ARecordingWithoutALogIsLeftAlone) {
  const std::string bytes = FileHeader() + HeaderRecord() + ThreadRecord(1, "main") +
                            ClassRecord(1, "a") + ClassRecord(2, "b") + DependencyRecord(1, 2, 1);
  Recording recording = Parse(bytes);
  EXPECT_EQ(ReplayEvents(bytes, &recording), 0u);
  EXPECT_EQ(recording.dependencies.size(), 1u);
}

}  // namespace
}  // namespace lockdep::record
