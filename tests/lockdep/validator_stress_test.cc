// Sixteen threads teach one validator at once; what it knows in the end is what
// the oracle learns from the same programs one after the other.  Meant for
// ThreadSanitizer.

#include <algorithm>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "lockdep/lockdep.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/random_program.h"

namespace lockdep::oracle {
namespace {

constexpr int kThreads = 16;
constexpr int kProgramsOfAThread = 200;
constexpr uint8_t kUsedLetters = 7;  // The oracle tries all paths.

// Takes some locks and gives them back in another order.
Program RandomSection(Random& random, bool in_order) {
  std::vector<uint8_t> letters;
  for (uint8_t letter = 0; letter < kUsedLetters; ++letter) {
    if (random() % 2 == 0) letters.push_back(letter);
  }
  if (!in_order) std::shuffle(letters.begin(), letters.end(), random);
  Program program;
  for (const uint8_t letter : letters) {
    program.push_back({.lock = {letter},
                       .mode = static_cast<ReadMode>(random() % 3),
                       .trylock = random() % 4 == 0});
  }
  std::shuffle(letters.begin(), letters.end(), random);
  for (const uint8_t letter : letters) program.push_back({.op = Op::kRelease, .lock = {letter}});
  return program;
}

std::vector<Program> SectionsOf(int thread, bool in_order) {
  Random random(static_cast<uint64_t>(thread));
  std::vector<Program> sections;
  for (int i = 0; i < kProgramsOfAThread; ++i) sections.push_back(RandomSection(random, in_order));
  return sections;
}

// Called with the graph lock held, so by one thread at a time.
class Notes final : public Observer {
 public:
  void OnClass(const LockClass& lock_class) override {
    letters.push_back(static_cast<uint8_t>(lock_class.key.value - 1));
  }
  void OnDependency(const Dependency& edge, const Witness& witness) override {
    dependencies.Add(MakeEdge(Name(edge.from), witness.from_mode, Name(edge.to), witness.to_mode));
  }
  void OnViolation(const Violation& violation) override {
    std::vector<Edge> cycle;
    for (const ViolationEdge& edge : violation.edges) {
      cycle.push_back(MakeEdge(Name(edge.from), edge.from_mode, Name(edge.to), edge.to_mode));
    }
    told.push_back(cycle);
  }

  ClassId IdOf(ClassName name) const {
    const auto found = std::find(letters.begin(), letters.end(), name.letter);
    return static_cast<ClassId>(found - letters.begin() + 1);
  }

  std::vector<uint8_t> letters;  // By class id, from 1.
  Relation dependencies;
  std::vector<std::vector<Edge>> told;

 private:
  ClassName Name(ClassId id) const { return {letters[static_cast<uint32_t>(id) - 1]}; }
};

class StressTest : public ::testing::Test {
 protected:
  StressTest() : validator_({.observer = &notes_}) {
    for (uint8_t letter = 0; letter < kUsedLetters; ++letter) {
      locks_[letter].key = {letter + uint64_t{1}};
      locks_[letter].name = "lock";
    }
  }

  void Run(const std::vector<Program>& sections) {
    ThreadContext* thread = validator_.CreateThread("worker");
    for (const Program& section : sections) {
      for (const Step& step : section) Apply(*thread, step);
    }
    validator_.DestroyThread(thread);
  }

  void RunInThreads(bool in_order) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, i, in_order] { Run(SectionsOf(i, in_order)); });
    }
    for (std::thread& thread : threads) thread.join();
    validator_.CheckInvariants();
  }

  // Whether the engine leaves the dependency out of its searches.
  bool ClosedACycle(const Edge& edge) const {
    const auto kind = Classify(edge.shared ? ReadMode::kRead : ReadMode::kWrite,
                               edge.recursive ? ReadMode::kRecursiveRead : ReadMode::kWrite);
    const Dependency* kept = validator_.graph().Find(notes_.IdOf(edge.from), notes_.IdOf(edge.to));
    return kept != nullptr && (kept->reported & MaskOf(kind)) != 0;
  }

  Notes notes_;
  Validator validator_;

 private:
  void Apply(ThreadContext& thread, const Step& step) {
    const LockMap& lock = locks_[step.lock.letter];
    if (step.op == Op::kRelease) return validator_.Release(thread, lock, CallSite{});
    validator_.Acquire(thread, {.lock = &lock,
                                .mode = step.mode,
                                .trylock = step.trylock ? TryLock::kYes : TryLock::kNo,
                                .site = {}});
  }

  LockMap locks_[kUsedLetters];
};

TEST_F(StressTest, ThreadsTogetherLearnWhatTheyWouldOneByOne) {
  RunInThreads(/*in_order=*/true);

  Oracle oracle;
  for (int i = 0; i < kThreads; ++i) {
    for (const Program& section : SectionsOf(i, /*in_order=*/true)) {
      for (const Step& step : section) EXPECT_TRUE(oracle.Apply(step).silent());
    }
  }
  EXPECT_TRUE(notes_.told.empty());
  for (const Edge& edge : notes_.dependencies.edges()) {
    EXPECT_TRUE(oracle.dependencies().Contains(edge)) << Format(edge);
  }
  for (const Edge& edge : oracle.dependencies().edges()) {
    EXPECT_TRUE(notes_.dependencies.Implies(edge)) << Format(edge);
  }
}

// Everything held while something else was waited for, by any thread.
std::vector<Edge> ShownByAll() {
  Relation shown;
  for (int i = 0; i < kThreads; ++i) {
    for (const Program& section : SectionsOf(i, /*in_order=*/false)) {
      for (auto held = section.begin(); held != section.end(); ++held) {
        for (auto taken = held + 1; taken != section.end(); ++taken) {
          if (taken->op != Op::kAcquire || taken->trylock) continue;
          shown.Add(MakeEdge(held->class_name(), held->mode, taken->class_name(), taken->mode));
        }
      }
    }
  }
  return shown.edges();
}

// All strong cycles go through what was told, and nothing that was shown is lost.
TEST_F(StressTest, WhatIsToldIsTrueAndNothingIsLeftToTell) {
  RunInThreads(/*in_order=*/false);

  EXPECT_FALSE(notes_.told.empty());
  for (const std::vector<Edge>& cycle : notes_.told) {
    EXPECT_TRUE(notes_.dependencies.IsStrongCycle(cycle));
  }
  Relation known = notes_.dependencies;
  for (const Edge& edge : notes_.dependencies.edges()) {
    if (ClosedACycle(edge)) known.Excuse(edge);
  }
  for (const Edge& edge : known.edges()) {
    EXPECT_TRUE(known.IsExcused(edge) || !known.ClosedBy(edge).any()) << Format(edge);
  }
  for (const Edge& edge : ShownByAll()) {
    EXPECT_TRUE(known.IsExcused(edge) || known.Implies(edge)) << Format(edge);
  }
}

}  // namespace
}  // namespace lockdep::oracle
