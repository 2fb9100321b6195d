// The operation that mm_model/README.md adds as an example: readme_example.py has
// taken it out of the text, and here it stands where the text says it goes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mm_model/explore/explorer.h"
#include "mm_model/mm_ops.h"

namespace mm_model {

#include "declaration.inc"

namespace {

using A = AddressSpace;

// As in scenarios/mapping.cc.
void TouchEverything(A& space) {
  for (unsigned long page = 0; page < A::kPages; ++page) {
    AccessUser(space.mm, A::kAnon + page * PAGE_SIZE, Access::kWrite);
  }
}

#include "scenario.inc"

constexpr Scenario kScenarios[] = {
#include "row.inc"
};

Exploration Explore(const ExploreOptions& options) {
  FindingLog log;
  const auto validator =
      std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
  Runner runner(*validator);
  return Explorer(runner, log, {}).Explore(ProgramOf(kScenarios[0]), options);
}

TEST(ReadmeExampleTest, ItsOperationKeepsAllRules) {
  const Exploration exploration = Explore({.limits = {.max_executions = 2000}});
  EXPECT_EQ(exploration.ending, Ending::kExhausted);
  EXPECT_GT(exploration.coverage.executions, 1u);  // There are races to be had.
  EXPECT_THAT(exploration.discoveries, testing::IsEmpty());
}

TEST(ReadmeExampleTest, TheRulesSeeWhatItDoes) {
  const auto drop = ParseMutation("drop vma->lock (read)@madvise");
  ASSERT_TRUE(drop.ok()) << drop.status();
  const Exploration exploration = Explore({.mutation = *drop, .stop_at_first = true});
  EXPECT_EQ(exploration.ending, Ending::kFound);
}

}  // namespace
}  // namespace mm_model
