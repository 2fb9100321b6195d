#include "mm_model/explore/pct.h"

#include <algorithm>

#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

class PctTest : public ModelTest {
 protected:
  Body Letters(char letter, int times) {
    return [this, letter, times] {
      for (int i = 0; i < times; ++i) {
        SchedulingPoint({StepKind::kAtomic, "letter", nullptr});
        log_ += letter;
      }
    };
  }

  std::string Run(Pct* pct, const std::vector<Body>& bodies) {
    log_.clear();
    Together(bodies, pct);
    return log_;
  }

  static int Switches(const std::string& log) {
    int switches = 0;
    for (size_t i = 1; i < log.size(); ++i) switches += log[i] != log[i - 1];
    return switches;
  }

  std::string log_;
};

TEST_F(PctTest, ChangesTasksAtMostAsOftenAsItsDepthAllows) {
  for (const unsigned depth : {1u, 2u, 3u, 5u}) {
    Pct pct(7, depth);
    int most = 0;
    for (int i = 0; i < 500; ++i) {
      most = std::max(most, Switches(Run(&pct, {Letters('a', 20), Letters('b', 20)})));
    }
    // Once more when the first of the two ends; two changes in a row may cancel out.
    EXPECT_LE(most, static_cast<int>(depth));
    EXPECT_GE(most, static_cast<int>(depth) - 1);
    EXPECT_GE(most, 1);
  }
}

TEST_F(PctTest, TheSameSeedGivesTheSameExecutions) {
  const auto runs = [&](uint64_t seed) {
    Pct pct(seed, 3);
    std::string all;
    for (int i = 0; i < 20; ++i) all += Run(&pct, {Letters('a', 9), Letters('b', 9)}) + "/";
    return all;
  };
  EXPECT_EQ(runs(1), runs(1));
  EXPECT_NE(runs(1), runs(2));
}

TEST_F(PctTest, FindsAnOrderOfDepthTwoAboutAsOftenAsPromised) {
  // Task a must stop between its 10th and its 11th letter for task b to run.
  int found = 0;
  constexpr int kRuns = 4000;
  Pct pct(3, 2);
  for (int i = 0; i < kRuns; ++i) {
    const std::string log = Run(&pct, {Letters('a', 20), Letters('b', 20)});
    found += log.starts_with("aaaaaaaaaab");
  }
  // At least 1/(n k): two tasks, at most 64 steps.
  EXPECT_GE(found, kRuns / (2 * 64) / 2);
}

}  // namespace
}  // namespace mm_model
