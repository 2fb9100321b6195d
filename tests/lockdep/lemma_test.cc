// The two lemmas of the theory, executed: a strong cycle of dependencies is both
// sufficient (lemma 1) and necessary (lemma 2) for a combination of what was seen
// that deadlocks.  Dependencies come from the oracle and the engine, deadlocks
// from locks that block, in all interleavings.
//
// A plain reader can be blocked by a reader because a writer may queue between
// them; the lemmas take such a writer for granted, so the combinations here have
// one on each lock that is waited for by a plain reader.
//
// Source: linux v6.12 Documentation/locking/lockdep-design.rst, "Recursive Read
// Deadlock Detection".

#include <algorithm>
#include <functional>
#include <iostream>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/lock_simulator.h"
#include "tests/oracle/random_program.h"

namespace lockdep::oracle {
namespace {

constexpr ReadMode kModes[] = {ReadMode::kWrite, ReadMode::kRead, ReadMode::kRecursiveRead};

// A locking sequence of two: `held`, then `taken`.
struct Pairing {
  uint8_t from;
  ReadMode held;
  uint8_t to;
  ReadMode taken;

  Edge edge() const { return MakeEdge({from}, held, {to}, taken); }
};

Step Take(uint8_t thread, uint8_t letter, ReadMode mode) {
  return {.op = Op::kAcquire, .thread = thread, .lock = {letter}, .mode = mode};
}
Step GiveBack(uint8_t thread, uint8_t letter) {
  return {.op = Op::kRelease, .thread = thread, .lock = {letter}};
}

// One thread for each sequence, and the writers that plain readers may meet.
Program Combine(const std::vector<Pairing>& pairings) {
  Program program;
  uint8_t thread = 0;
  std::vector<uint8_t> written;
  for (const Pairing& pairing : pairings) {
    program.push_back(Take(thread, pairing.from, pairing.held));
    program.push_back(Take(thread, pairing.to, pairing.taken));
    program.push_back(GiveBack(thread, pairing.to));
    program.push_back(GiveBack(thread, pairing.from));
    ++thread;
    const bool known = std::find(written.begin(), written.end(), pairing.to) != written.end();
    if (pairing.taken == ReadMode::kRead && !known) written.push_back(pairing.to);
  }
  for (const uint8_t letter : written) {
    program.push_back(Take(thread, letter, ReadMode::kWrite));
    program.push_back(GiveBack(thread, letter));
    ++thread;
  }
  return program;
}

bool HasStrongCycle(const std::vector<Pairing>& pairings) {
  Relation relation;
  return std::any_of(pairings.begin(), pairings.end(), [&relation](const Pairing& pairing) {
    return relation.Add(pairing.edge()) && relation.ClosedBy(pairing.edge()).any();
  });
}

// What was tried, for the reader of the test's output.
struct Count {
  explicit Count(const char* unit) : unit_(unit) {}
  ~Count() { std::cout << tried << " " << unit_ << ", " << deadlocks << " deadlock\n"; }

  int tried = 0;
  int deadlocks = 0;

 private:
  const char* unit_;
};

void ExpectLemmas(const std::vector<Pairing>& pairings, Count& count) {
  const Program program = Combine(pairings);
  const std::optional<Program> deadlock = FindDeadlock(program);
  EXPECT_EQ(HasStrongCycle(pairings), deadlock.has_value()) << Format(program);
  ++count.tried;
  count.deadlocks += deadlock.has_value() ? 1 : 0;
}

// All ways of going through these locks in a circle.
void ForEachCycle(uint8_t length, std::vector<Pairing>& cycle,
                  const std::function<void(const std::vector<Pairing>&)>& visit) {
  if (cycle.size() == length) return visit(cycle);
  const auto from = static_cast<uint8_t>(cycle.size());
  for (const ReadMode held : kModes) {
    for (const ReadMode taken : kModes) {
      cycle.push_back({from, held, static_cast<uint8_t>((from + 1) % length), taken});
      ForEachCycle(length, cycle, visit);
      cycle.pop_back();
    }
  }
}

TEST(LemmaTest, ACycleDeadlocksIfAndOnlyIfItIsStrong) {
  Count count("cycles of 2 and 3 locks");
  for (const uint8_t length : {2, 3}) {
    std::vector<Pairing> cycle;
    ForEachCycle(length, cycle,
                 [&count](const std::vector<Pairing>& one) { ExpectLemmas(one, count); });
  }
  EXPECT_EQ(count.tried, 9 * 9 + 9 * 9 * 9);
}

std::vector<Pairing> AllPairings(uint8_t letters) {
  std::vector<Pairing> all;
  for (uint8_t from = 0; from < letters; ++from) {
    for (uint8_t to = 0; to < letters; ++to) {
      if (from == to) continue;
      for (const ReadMode held : kModes) {
        for (const ReadMode taken : kModes) all.push_back({from, held, to, taken});
      }
    }
  }
  return all;
}

// All sets of so many of them in which A -> B occurs, which renaming brings into
// any set; `first` is where to go on choosing.
void ForEachSet(const std::vector<Pairing>& all, size_t first, size_t size,
                std::vector<Pairing>& set,
                const std::function<void(const std::vector<Pairing>&)>& visit) {
  if (set.size() == size) return visit(set);
  for (size_t i = first; i < all.size(); ++i) {
    if (set.empty() && (all[i].from != 0 || all[i].to != 1)) continue;
    set.push_back(all[i]);
    ForEachSet(all, i + 1, size, set, visit);
    set.pop_back();
  }
}

TEST(LemmaTest, AGraphDeadlocksIfAndOnlyIfItHasAStrongCycle) {
  Count count("graphs of up to 3 dependencies between 3 locks, or 4 between 2");
  for (const auto& [letters, most] : {std::pair<uint8_t, size_t>{3, 3}, {2, 4}}) {
    const std::vector<Pairing> all = AllPairings(letters);
    for (size_t size = 1; size <= most; ++size) {
      std::vector<Pairing> set;
      ForEachSet(all, 0, size, set,
                 [&count](const std::vector<Pairing>& one) { ExpectLemmas(one, count); });
    }
  }
  EXPECT_GT(count.tried, 10000);
}

// Rule 1, for which a cycle of dependencies has no word.
TEST(LemmaTest, TakingALockAgainDeadlocksIfAndOnlyIfItIsTold) {
  for (const ReadMode held : kModes) {
    for (const ReadMode taken : kModes) {
      const Program program = {Take(0, 0, held),
                               Take(0, 0, taken),
                               GiveBack(0, 0),
                               GiveBack(0, 0),
                               Take(1, 0, ReadMode::kWrite),
                               GiveBack(1, 0)};
      EngineSubject engine;
      engine.Apply(program[0]);
      EXPECT_EQ(!engine.Apply(program[1]).findings.empty(), FindDeadlock(program).has_value())
          << Format(program);
    }
  }
}

// What a thread does: acquisitions by number, releases as -1 - number.
using Pattern = std::vector<int>;

struct Space {
  const char* unit;
  uint8_t threads;
  std::vector<Pattern> patterns;
  bool trylocks;
};

// All programs in which each thread follows a pattern, letters in the order of
// their first use: renaming locks changes nothing.
class SpaceWalk {
 public:
  SpaceWalk(const Space& space, std::function<void(const Program&)> visit)
      : space_(space), visit_(std::move(visit)) {}

  void Run(uint8_t thread = 0, uint8_t letters = 0) {
    if (thread == space_.threads) return visit_(program_);
    for (const Pattern& pattern : space_.patterns) {
      const size_t size = program_.size();
      Extend(thread, pattern, 0, letters);
      program_.resize(size);
    }
  }

 private:
  void Extend(uint8_t thread, const Pattern& pattern, size_t at, uint8_t letters) {
    if (at == pattern.size()) return Run(static_cast<uint8_t>(thread + 1), letters);
    if (pattern[at] < 0) {
      program_.push_back(GiveBack(thread, Taken(thread, static_cast<size_t>(-1 - pattern[at]))));
      Extend(thread, pattern, at + 1, letters);
      program_.pop_back();
      return;
    }
    for (uint8_t letter = 0; letter < 3 && letter <= letters; ++letter) {
      for (const ReadMode mode : kModes) {
        for (int tried = 0; tried <= (space_.trylocks ? 1 : 0); ++tried) {
          program_.push_back(Take(thread, letter, mode));
          program_.back().trylock = tried != 0;
          Extend(thread, pattern, at + 1, std::max(letters, static_cast<uint8_t>(letter + 1)));
          program_.pop_back();
        }
      }
    }
  }

  // The lock that the thread took as its n-th.
  uint8_t Taken(uint8_t thread, size_t number) const {
    for (const Step& step : program_) {
      if (step.thread != thread || step.op != Op::kAcquire) continue;
      if (number-- == 0) return step.lock.letter;
    }
    return 0;
  }

  const Space& space_;
  std::function<void(const Program&)> visit_;
  Program program_;
};

class DeadlockTest : public ::testing::TestWithParam<Space> {};

void PrintTo(const Space& space, std::ostream* out) { *out << space.unit; }

// Lemma 2 on whole programs: threads that run one after another, without
// meeting, tell of every deadlock that they could have met.
TEST_P(DeadlockTest, IsToldWithoutHappening) {
  Count count(GetParam().unit);
  EngineSubject engine;
  SpaceWalk(GetParam(), [&](const Program& program) {
    ++count.tried;
    const std::optional<Program> deadlock = FindDeadlock(program);
    if (!deadlock.has_value()) return;
    ++count.deadlocks;
    engine.Restart();
    bool told = false;
    for (const Step& step : program) told = !engine.Apply(step).silent() || told;
    EXPECT_TRUE(told) << Format(program) << "\n  deadlocks by " << Format(*deadlock);
  }).Run();
  EXPECT_GT(count.deadlocks, 1000);
}

INSTANTIATE_TEST_SUITE_P(
    , DeadlockTest,
    ::testing::Values(
        Space{"programs of 2 threads with 2 acquisitions each, in all orders of release",
              2,
              {{0, 1, -2, -1}, {0, 1, -1, -2}, {0, -1, 1, -2}},
              true},
        Space{"programs of 2 threads with 3 nested acquisitions each",
              2,
              {{0, 1, 2, -3, -2, -1}},
              false},
        Space{"programs of 3 threads with 2 nested acquisitions each", 3, {{0, 1, -2, -1}}, false}),
    [](const auto& space) { return "Space" + std::to_string(space.index); });

// Lemma 1 on what the engine says: the steps of a told cycle, one thread for
// each and in the modes that the witnesses show, deadlock.
TEST(LemmaTest, EveryToldCycleDeadlocks) {
  Count count("told cycles of up to 4 steps");
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    EngineSubject engine;
    for (const Step& step : RandomProgram(random, RandomShape(random, {.letters = 5}))) {
      for (const ToldCycle& cycle : engine.Apply(step).cycles) {
        if (cycle.steps.size() > 4) continue;
        std::vector<Pairing> pairings;
        for (const ToldStep& told : cycle.steps) {
          pairings.push_back({told.from.letter, told.held, told.to.letter, told.taken});
        }
        ++count.tried;
        const bool deadlocks = FindDeadlock(Combine(pairings)).has_value();
        count.deadlocks += deadlocks ? 1 : 0;
        EXPECT_TRUE(deadlocks) << Format(Combine(pairings));
      }
    }
  }
  EXPECT_GT(count.tried, 1000);
}

}  // namespace
}  // namespace lockdep::oracle
