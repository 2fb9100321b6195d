#include "lockdep/record/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/record/recording_writer.h"

namespace lockdep::record {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

// Recordings of a made-up program: what runs of it have in common, each in its own
// ids and at its own addresses.
class RandomProgram {
 public:
  explicit RandomProgram(uint32_t seed) : random_(seed) {}

  Recording Run() {
    Recording run;
    run.pid = 1000 + Below(50);
    run.start_time_ns = 1'000'000 + Below(20);
    run.command = absl::StrCat("prog ", Below(3));
    run.machine = 62;
    AddModules(&run);
    AddThreads(&run);
    AddStacks(&run);
    AddClasses(&run);
    AddContexts(&run);
    AddFacts(&run);
    if (Below(4) != 0) run.totals = TotalsEntry{Below(100), Below(10), Below(10)};
    if (Below(4) != 0) run.end_time_ns = Below(1000);
    if (Below(3) == 0) run.unobserved = {absl::StrCat("unseen ", Below(2)), "more"};
    run.is_damaged = Below(8) == 0;
    return run;
  }

 private:
  uint64_t Below(uint64_t limit) { return random_() % limit; }
  bool Often() { return Below(4) != 0; }

  void AddModules(Recording* run) {
    for (int i = 0; i < 3; ++i) {
      const uint64_t bias = (Below(1000) + 1) << 20;
      run->modules.push_back({.begin = bias + 0x1000,
                              .end = bias + 0x3000 + Below(2) * 0x1000,
                              .bias = bias,
                              .build_id = absl::StrCat("id", Below(2)),
                              .path = absl::StrCat("/lib/", i)});
    }
  }

  // Mostly in a module, sometimes on the heap.
  Address AnyAddress(const Recording& run) {
    if (Below(6) == 0) return {0x5000 + Below(4) * 16, Address::kNoModule};
    const auto module = static_cast<int32_t>(Below(run.modules.size()));
    return {run.modules[static_cast<size_t>(module)].bias + 0x1000 + Below(8) * 16, module};
  }

  void AddThreads(Recording* run) {
    for (uint32_t i = 1; i <= 3; ++i) {
      run->thread_index.emplace(ThreadId{i}, run->threads.size());
      run->threads.push_back({ThreadId{i}, Below(2) != 0 ? "worker" : "main", i});
    }
  }

  void AddStacks(Recording* run) {
    for (uint32_t i = 1; i <= 6; ++i) {
      StackEntry stack{.id = StackId{i}};
      for (uint64_t depth = Below(4); depth-- > 0;) stack.pcs.push_back(AnyAddress(*run));
      run->stack_index.emplace(stack.id, run->stacks.size());
      run->stacks.push_back(std::move(stack));
    }
  }

  void AddClasses(Recording* run) {
    const auto count = static_cast<uint32_t>(3 + Below(4));
    for (uint32_t i = 1; i <= count; ++i) {
      ClassEntry entry{.id = ClassId{i}, .kind = LockKind::kMutex, .key = Below(1000)};
      entry.origin_kind = static_cast<ClassOrigin>(Below(4));
      if (entry.origin_kind == ClassOrigin::kNamed) entry.name = absl::StrCat("lock", Below(3));
      if (entry.origin_kind != ClassOrigin::kNamed) entry.origin = AnyAddress(*run);
      entry.first_instance = AnyAddress(*run);
      entry.subclass = static_cast<uint8_t>(Below(2));
      entry.wait_inner = static_cast<WaitType>(Below(2) * 3);
      entry.wait_outer = entry.wait_inner;
      entry.role = static_cast<LockRole>(Below(2));
      run->class_index.emplace(entry.id, run->classes.size());
      run->classes.push_back(std::move(entry));
    }
  }

  // Two of four, each in a bit that is another one in another run.
  void AddContexts(Recording* run) {
    if (!Often()) return;
    const uint64_t first = Below(4);
    const uint64_t bit = Below(60);
    for (const uint64_t i : {uint64_t{0}, 1 + Below(3)}) {
      run->contexts.push_back({static_cast<uint8_t>(bit + i), absl::StrCat("c", (first + i) % 4)});
    }
  }

  ContextSet AnyContexts(const Recording& run) {
    ContextSet set = 0;
    for (const ContextEntry& context : run.contexts) set |= Below(2) << context.bit;
    return set;
  }

  UsageOfLock AnySide(const Recording& run) {
    if (Below(2) == 0) return {};
    return {AnyClass(run), static_cast<ReadMode>(Below(3)), AnyThread(), AnyAddress(run),
            AnyStack()};
  }

  ClassId AnyClass(const Recording& run) { return run.classes[Below(run.classes.size())].id; }
  StackId AnyStack() { return static_cast<StackId>(Below(7)); }
  ThreadId AnyThread() { return static_cast<ThreadId>(Below(4)); }

  void AddFacts(Recording* run) {
    for (uint64_t i = Below(8); i-- > 0;) {
      run->dependencies.push_back({.from = AnyClass(*run),
                                   .to = AnyClass(*run),
                                   .kind = static_cast<DependencyKind>(Below(4)),
                                   .thread = AnyThread(),
                                   .from_lock = Below(3) << 61,
                                   .from_stack = AnyStack(),
                                   .to_stack = AnyStack()});
    }
    AddChains(run);
    for (const ClassEntry& entry : run->classes) {
      if (Below(3) != 0) continue;
      run->lock_stats.push_back({.class_id = entry.id,
                                 .read_wait = {Below(2), 1, 2, 3},
                                 .write_hold = {Below(3), 1, 2, 3},
                                 .contended_at = {{AnyAddress(*run), Below(3)}}});
    }
    for (uint64_t i = Below(6); i-- > 0;) {
      run->usages.push_back({.class_id = AnyClass(*run),
                             .kind = static_cast<UsageKind>(Below(4)),
                             .mode = static_cast<ReadMode>(Below(3)),
                             .contexts = AnyContexts(*run),
                             .thread = AnyThread(),
                             .lock = Below(3) << 20,
                             .stack = AnyStack()});
    }
    if (Often())
      run->declared_arcs.push_back({AnyClass(*run), AnyClass(*run), absl::StrCat(Below(2))});
    for (uint64_t i = Below(3); i-- > 0;) {
      ViolationEntry violation{.level = static_cast<Level>(Below(3)),
                               .thread = AnyThread(),
                               .stack = AnyStack(),
                               .subject = absl::StrCat("s", Below(2))};
      violation.lock = {AnyClass(*run), ReadMode::kWrite, AnyAddress(*run), AnyStack()};
      violation.edges = {{.from = AnyClass(*run),
                          .to = AnyClass(*run),
                          .thread = AnyThread(),
                          .from_lock = AnyAddress(*run),
                          .from_stack = AnyStack(),
                          .declaration = Below(3) == 0 ? "d" : ""}};
      violation.held = {violation.lock};
      if (Often()) violation.context = absl::StrCat("c", Below(4));
      violation.used = AnySide(*run);
      violation.enabled = AnySide(*run);
      violation.wait = static_cast<WaitType>(Below(2));
      violation.running_in = AnyContexts(*run);
      violation.interruptible_by = AnyContexts(*run);
      run->violations.push_back(std::move(violation));
    }
  }

  void AddChains(Recording* run) {
    for (uint64_t i = Below(8); i-- > 0;) {
      const ChainKey previous = run->chains.empty() || Below(3) == 0
                                    ? 0
                                    : run->chains[Below(run->chains.size())].link.key;
      const LockUse use(AnyClass(*run), static_cast<ReadMode>(Below(3)),
                        Below(4) == 0 ? TryLock::kYes : TryLock::kNo);
      const ChainLink link{1000 + run->chains.size(), previous, use};
      run->chain_index.emplace(link.key, run->chains.size());
      run->chains.push_back({link, AnyContexts(*run)});
    }
  }

  std::mt19937 random_;
};

Recording Parsed(const std::string& bytes) {
  absl::StatusOr<Recording> recording = ParseRecording("m", bytes);
  EXPECT_TRUE(recording.ok()) << recording.status();
  if (!recording.ok()) return {};
  EXPECT_THAT(recording->warnings, IsEmpty());
  return *std::move(recording);
}

std::string Merge(const std::vector<Recording>& recordings) {
  RecordingMerger merger;
  for (const Recording& recording : recordings) merger.Add(recording);
  return EncodeMerged(merger.Merged());
}

class MergeLaws : public testing::TestWithParam<uint32_t> {
 protected:
  RandomProgram program_{GetParam()};
  const Recording a_ = program_.Run(), b_ = program_.Run(), c_ = program_.Run();
};

TEST_P(MergeLaws, TheOrderDoesNotMatter) {
  EXPECT_EQ(Merge({a_, b_}), Merge({b_, a_}));
  EXPECT_EQ(Merge({a_, b_, c_}), Merge({c_, a_, b_}));
}

TEST_P(MergeLaws, TheGroupingDoesNotMatter) {
  const std::string at_once = Merge({a_, b_, c_});
  EXPECT_EQ(Merge({Parsed(Merge({a_, b_})), c_}), at_once);
  EXPECT_EQ(Merge({a_, Parsed(Merge({b_, c_}))}), at_once);
}

TEST_P(MergeLaws, HowOftenDoesNotMatter) {
  const std::string once = Merge({a_, b_});
  EXPECT_EQ(Merge({a_, b_, a_}), once);
  EXPECT_EQ(Merge({Parsed(once)}), once);
  EXPECT_EQ(Merge({Parsed(once), Parsed(once), b_}), once);
}

INSTANTIATE_TEST_SUITE_P(Random, MergeLaws, testing::Range(0u, 300u));

// Two runs of one program at different addresses.
Recording RunAt(uint64_t bias, uint64_t start) {
  Recording run;
  run.pid = 7;
  run.start_time_ns = start;
  run.command = "prog";
  run.modules = {
      {.begin = bias, .end = bias + 0x1000, .bias = bias, .build_id = "x", .path = "/p"}};
  run.threads = {{ThreadId{1}, "main", 1}};
  run.thread_index = {{ThreadId{1}, 0}};
  run.stacks = {{StackId{1}, {{bias + 0x10, 0}, {bias + 0x20, 0}}}};
  run.stack_index = {{StackId{1}, 0}};
  for (uint32_t i = 1; i <= 2; ++i) {
    run.classes.push_back({.id = ClassId{i},
                           .kind = LockKind::kMutex,
                           .origin_kind = ClassOrigin::kStaticAddress,
                           .key = bias + i,
                           .origin = {bias + 0x100 * i, 0}});
    run.class_index.emplace(ClassId{i}, i - 1);
  }
  run.dependencies = {{.from = ClassId{1},
                       .to = ClassId{2},
                       .thread = ThreadId{1},
                       .from_stack = StackId{1},
                       .to_stack = StackId{1}}};
  return run;
}

TEST(MergeTest, TheSameClassAtAnotherAddressIsTheSame) {
  RecordingMerger merger;
  merger.Add(RunAt(0x7f0000, 2));
  merger.Add(RunAt(0x550000, 1));

  const Recording merged = merger.Merged();

  EXPECT_THAT(merged.runs,
              ElementsAre(Field(&RunEntry::start_time_ns, 1), Field(&RunEntry::start_time_ns, 2)));
  EXPECT_THAT(merged.classes, SizeIs(2));
  ASSERT_THAT(merged.dependencies, SizeIs(1));
  EXPECT_EQ(merged.dependencies[0].run, 0u) << "the first run that showed it";
  EXPECT_THAT(merged.stacks, SizeIs(1));
  const Address& pc = merged.stacks[0].pcs[0];
  EXPECT_EQ(pc.value - merged.modules[0].bias, 0x10u);
}

TEST(MergeTest, TimesAreKeptByRun) {
  const auto run_with = [](uint64_t start, uint64_t count) {
    Recording run = RunAt(0x7f0000, start);
    run.lock_stats = {{.class_id = ClassId{1}, .write_hold = {count, 1, 5, 10}}};
    return run;
  };
  RecordingMerger merger;
  merger.Add(run_with(1, 2));
  merger.Add(run_with(2, 7));
  merger.Add(run_with(1, 3));  // The same run, told later.

  const Recording merged = merger.Merged();

  ASSERT_THAT(merged.lock_stats, SizeIs(2));
  EXPECT_EQ(merged.lock_stats[0].write_hold.count, 3u);
  EXPECT_EQ(merged.lock_stats[0].run, 0u);
  EXPECT_EQ(merged.lock_stats[1].write_hold.count, 7u);
  EXPECT_EQ(merged.lock_stats[1].run, 1u);
}

TEST(MergeTest, ChainsAreUnited) {
  Recording one = RunAt(0x7f0000, 1);
  Recording other = RunAt(0x550000, 2);
  const auto use = [](uint32_t id) { return LockUse(ClassId{id}, ReadMode::kWrite, TryLock::kNo); };
  one.chains = {{{11, 0, use(1)}}, {{12, 11, use(2)}}};
  other.chains = {{{21, 0, use(2)}}, {{22, 0, use(1)}}, {{23, 22, use(2)}}};
  RecordingMerger merger;
  merger.Add(one);
  merger.Add(other);

  const Recording merged = merger.Merged();

  ASSERT_THAT(merged.chains, SizeIs(3));
  EXPECT_EQ(merged.chains[2].link.use.class_id(), ClassId{2});
  EXPECT_EQ(merged.chains[2].link.previous, merged.chains[0].link.key);
}

TEST(MergeTest, AnotherBuildIsAnotherClass) {
  RecordingMerger merger;
  merger.Add(RunAt(0x7f0000, 2));
  Recording rebuilt = RunAt(0x550000, 1);
  rebuilt.modules[0].build_id = "y";
  merger.Add(rebuilt);

  EXPECT_THAT(merger.Merged().classes, SizeIs(4));
}

TEST(MergeTest, LocksThatAreAlikeAreCounted) {
  Recording run = RunAt(0x7f0000, 1);
  run.classes[1].origin = run.classes[0].origin;  // Two locks of one place.
  RecordingMerger merger;
  merger.Add(run);
  merger.Add(RunAt(0x550000, 2));  // One of them, and another.

  EXPECT_THAT(merger.Merged().classes, SizeIs(3));
}

TEST(MergeTest, OfTwoTellingsOfOneRunTheFullerStays) {
  Recording cut = RunAt(0x7f0000, 1);
  Recording whole = cut;
  whole.totals = TotalsEntry{10, 2, 1};
  whole.end_time_ns = 99;
  RecordingMerger merger;
  merger.Add(whole);
  merger.Add(cut);

  const Recording merged = merger.Merged();

  ASSERT_THAT(merged.runs, SizeIs(1));
  EXPECT_EQ(merged.runs[0].totals->lock_operations, 10u);
  EXPECT_EQ(merged.runs[0].end_time_ns, 99u);
}

TEST(MergeTest, WhatWasDamagedStaysSo) {
  Recording run = RunAt(0x7f0000, 1);
  run.is_damaged = true;

  EXPECT_TRUE(Parsed(Merge({run, RunAt(0x550000, 2)})).is_damaged);
  EXPECT_FALSE(Parsed(Merge({RunAt(0x550000, 2)})).is_damaged);
}

TEST(MergeTest, MemoryFollowsTheResult) {
  RecordingMerger merger;
  for (uint64_t i = 0; i < 1000; ++i) merger.Add(RunAt((i + 1) << 20, i));

  const Recording merged = merger.Merged();

  EXPECT_THAT(merged.runs, SizeIs(1000));
  EXPECT_THAT(merged.classes, SizeIs(2));
  EXPECT_THAT(merged.dependencies, SizeIs(1));
  EXPECT_THAT(merged.stacks, SizeIs(1));
}

}  // namespace
}  // namespace lockdep::record
