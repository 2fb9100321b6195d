// Every scenario and what is found in it: nothing, or exactly what it breaks, at
// the function that breaks it.  The verdicts are here and nowhere in the model.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "lockdep/report/load.h"
#include "mm_model/recorded_session.h"
#include "mm_model/strategies.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Expected {
  const char* kind;
  const char* function;  // Where the thread was.
  const char* in_title;
};

struct Verdict {
  const char* scenario;
  std::vector<Expected> findings;
};

const std::vector<Verdict>& Verdicts() {
  static const auto& verdicts = *new std::vector<Verdict>{
      {"vma-write-under-mmap-read",
       {{"invalid-lock-state", "WriteLockVmaUnderMmapRead", "vma_start_write"}}},
      {"vm-flags-without-vma-write", {{"unprotected-access", "vm_flags_reset", "vma->vm_flags"}}},
      {"mmap-lock-under-vma-read",
       {{"invalid-lock-state", "WaitForMmapUnderVmaRead", "mm->mmap_lock"},
        {"deadlock", "WaitForMmapUnderVmaRead", "task 'writer' waits for vma_start_write"}}},
      {"vma-write-under-its-read-lock",
       {{"invalid-lock-state", "WriteLockVmaUnderItsReadLock", "vma_start_write"},
        {"deadlock", "WriteLockVmaUnderItsReadLock", "task 'writer' waits for vma_start_write"}}},
      {"plain-counters",
       {{"unprotected-access", "CountPlainly", "mm->pinned_vm"},
        {"unprotected-access", "CountPlainly", "mm->pgtables_bytes"},
        {"unprotected-access", "CountPlainly", "mm->numa_next_scan"},
        {"unprotected-access", "CountPlainly", "mm->flags"}}},
      {"vma-rebound",
       {{"unprotected-access", "RebindMappedVma", "vma->vm_private_data"},
        {"unprotected-access", "RebindMappedVma", "vma->vm_file"},
        {"unprotected-access", "RebindMappedVma", "vma->vm_mm"}}},
      {"vma-locks-ended-by-reader",
       {{"unprotected-access", "EndVmaWriteLocksOfOthers", "mm->mm_lock_seq"}}},
      {"vma-marked-write-locked",
       {{"unprotected-access", "MarkVmaWriteLocked", "vma->vm_lock_seq"}}},
      {"sequence-without-rcu", {{"unprotected-access", "LookAtSequence", "vma->vm_lock_seq"}}},
      {"stat-without-lock", {{"unprotected-access", "ReadStartOfStack", "mm->start_stack"}}},
      {"chain-without-lock",
       {{"unprotected-access", "WalkChainWithoutLock", "vma->anon_vma_chain"}}},
      {"pte-without-rcu", {{"page-table-rule", "ReadPteWithoutRcu", "read a pte"}}},
      {"pte-not-asked-again",
       {{"page-table-rule", "AgePteWithoutAskingAgain", "change a pte under its lock"}}},
      {"pte-changed-in-two-steps",
       {{"page-table-rule", "ProtectInTwoSteps", "change a page table entry that processors use"}}},
      {"rmap-locks-in-wrong-order",
       {{"declared-order-violation", "TakeRmapLocksInWrongOrder", "mm/rmap.c:30"}}},
  };
  return verdicts;
}

std::vector<Expected> ExpectedOf(const std::string& scenario) {
  for (const Verdict& verdict : Verdicts()) {
    if (verdict.scenario == scenario) return verdict.findings;
  }
  return {};
}

class ScenarioTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("mm-scenario-" + std::to_string(getpid()) + "-" + GetParam());
    std::filesystem::create_directory(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  lockdep::report::Report RunAndReport() {
    const std::string path = (directory_ / "run.lockdep").string();
    const auto session = RecordedSession::Open({.command = "test", .path = path});
    EXPECT_TRUE(session.ok()) << session.status();
    RoundRobin turns;
    outcome_ = (*session)->runner().Run(ProgramOf(*FindScenario(GetParam())), turns, {}).outcome;
    EXPECT_TRUE((*session)->Finish().ok());
    auto loaded = lockdep::report::LoadInputs({path});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_THAT(loaded->warnings, IsEmpty());
    return std::move(loaded->report);
  }

  std::filesystem::path directory_;
  Outcome outcome_ = Outcome::kCompleted;
};

TEST_P(ScenarioTest, FindsExactlyWhatItBreaks) {
  const lockdep::report::Report report = RunAndReport();
  const std::vector<Expected> expected = ExpectedOf(GetParam());
  ASSERT_EQ(report.findings.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const lockdep::report::Finding& finding = report.findings[i];
    EXPECT_EQ(finding.kind, expected[i].kind);
    EXPECT_THAT(finding.title, HasSubstr(expected[i].in_title));
    ASSERT_FALSE(finding.stack.empty());
    EXPECT_THAT(finding.stack.front().function, HasSubstr(expected[i].function));
  }
}

TEST_P(ScenarioTest, FindsNothingElseInAnyOrderOfSteps) {
  const std::vector<Expected> expected = ExpectedOf(GetParam());
  std::set<std::string> allowed;
  for (const Expected& finding : expected) allowed.insert(finding.kind);

  FoundList list;
  lockdep::Validator validator({.observer = &list});
  Runner runner(validator);
  for (uint64_t seed = 0; seed < 300; ++seed) {
    RandomOrder strategy(seed);
    const ExecutionResult result = runner.Run(ProgramOf(*FindScenario(GetParam())), strategy, {});
    if (expected.empty()) {
      ASSERT_EQ(result.outcome, Outcome::kCompleted)
          << "seed " << seed << ": " << testing::PrintToString(result.story);
    }
  }
  for (const Found& found : list.found) {
    EXPECT_TRUE(allowed.contains(ToString(found.kind))) << ToString(found.kind);
  }
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Scenario& scenario : AllScenarios()) names.emplace_back(scenario.name);
  return names;
}

std::string NameForTest(const testing::TestParamInfo<std::string>& scenario) {
  std::string name = scenario.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, testing::ValuesIn(Names()), NameForTest);

// ---- The registry ----

TEST(ScenarioRegistryTest, NamesAreUniqueAndEveryScenarioIsDescribedInALine) {
  std::set<std::string> names;
  for (const Scenario& scenario : AllScenarios()) {
    EXPECT_TRUE(names.insert(scenario.name).second) << scenario.name;
    EXPECT_FALSE(scenario.tasks.empty()) << scenario.name;
    std::set<std::string> tasks;
    for (const ScenarioTask& task : scenario.tasks) EXPECT_TRUE(tasks.insert(task.name).second);
    EXPECT_LE(std::string(scenario.description).size(), 100u) << scenario.name;
    EXPECT_EQ(FindScenario(scenario.name), &scenario);
  }
  EXPECT_EQ(FindScenario("no-such"), nullptr);
}

TEST(ScenarioRegistryTest, ExactlyTheBrokenGroupIsExpectedToBreakSomething) {
  for (const Scenario& scenario : AllScenarios()) {
    EXPECT_EQ(scenario.group == kBrokenGroup, !ExpectedOf(scenario.name).empty()) << scenario.name;
  }
}

// ---- Determinism ----

struct Trace final : StepObserver {
  void OnStep(const Task& task, const Step& step) override {
    lines.push_back(task.name() + " " + ToString(step.kind) + " " + step.what);
  }
  std::vector<std::string> lines;
};

std::vector<std::string> TraceOf(const char* scenario, uint64_t seed) {
  lockdep::Validator validator({});
  Runner runner(validator);
  RandomOrder strategy(seed);
  Trace trace;
  runner.Run(ProgramOf(*FindScenario(scenario)), strategy, {.observer = &trace});
  return trace.lines;
}

TEST(DeterminismTest, TheSameSeedGivesTheSameStepsAndAnotherSeedOthers) {
  for (const char* scenario : {"fault-races-munmap", "fault-races-truncate", "fault-races-fork"}) {
    const std::vector<std::string> first = TraceOf(scenario, 42);
    EXPECT_GT(first.size(), 50u);
    EXPECT_EQ(TraceOf(scenario, 42), first);
    EXPECT_NE(TraceOf(scenario, 43), first);
  }
}

// ---- What one validator accumulates ----

TEST(RunnerTest, TheGraphGrowsOverExecutionsButHeldLocksStartAfresh) {
  FoundList list;
  lockdep::Validator validator({.observer = &list});
  Runner runner(validator);
  RoundRobin strategy;
  runner.Run(ProgramOf(*FindScenario("mmap-lock-under-vma-read")), strategy, {});
  const uint64_t dependencies = validator.Stats().dependencies;
  EXPECT_EQ(list.found.size(), 2u);
  runner.Run(ProgramOf(*FindScenario("fork")), strategy, {});
  EXPECT_GT(validator.Stats().dependencies, dependencies);
  EXPECT_EQ(list.found.size(), 2u);
}

int set_ups = 0;

// Once the engine has named all classes, what the set-up left is put back instead.
TEST(RunnerTest, EveryExecutionStartsWithWhatTheSetUpLeft) {
  constexpr ScenarioTask kTasks[] = {{"user", [](AddressSpace& space) {
                                        EXPECT_EQ(space.mm->total_vm.peek(),
                                                  3 * AddressSpace::kPages);
                                        EXPECT_EQ(space.mm->map_count.peek(), 3);
                                        __vm_munmap(space.mm, AddressSpace::kAnon, PAGE_SIZE);
                                        do_truncate(space.data, 0);
                                      }}};
  const Scenario scenario{"unmap", "test", "leaves something else", kTasks,
                          [](AddressSpace& /*space*/) { ++set_ups; }};
  lockdep::Validator validator({});
  Runner runner(validator);
  set_ups = 0;
  uint64_t locks_taken = 0;
  for (int i = 1; i <= 10; ++i) {
    RoundRobin strategy;
    EXPECT_EQ(runner.Run(ProgramOf(scenario), strategy, {}).outcome, Outcome::kCompleted);
    if (i == 1) locks_taken = runner.locks_taken();
    EXPECT_EQ(runner.locks_taken(), i * locks_taken);
  }
  EXPECT_EQ(set_ups, 2);
  RoundRobin strategy;
  runner.Run(ProgramOf(scenario), strategy, {.generation = VmaLockGeneration::kSemaphore});
  EXPECT_EQ(set_ups, 3);  // Another kernel.
}

TEST(RunnerTest, ATaskThatEndsWithALockIsReported) {
  constexpr ScenarioTask kTasks[] = {
      {"leaker", [](AddressSpace& space) { down_read(&space.mm->mmap_lock); }}};
  const Scenario leaking{"leaking", "test", "ends with the mmap lock held", kTasks};
  FoundList list;
  lockdep::Validator validator({.observer = &list});
  Runner runner(validator);
  RoundRobin strategy;
  runner.Run(ProgramOf(leaking), strategy, {});
  ASSERT_EQ(list.found.size(), 1u);
  EXPECT_EQ(list.found[0].kind, lockdep::ViolationKind::kHeldAtExit);
}

TEST(RunnerTest, WithoutDeclaredOrdersNothingIsFoundAgainstThem) {
  FoundList list;
  lockdep::Validator validator({.observer = &list});
  Runner runner(validator);
  RoundRobin strategy;
  runner.Run(ProgramOf(*FindScenario("rmap-locks-in-wrong-order")), strategy, {});
  EXPECT_THAT(list.found, IsEmpty());
}

}  // namespace
}  // namespace mm_model
