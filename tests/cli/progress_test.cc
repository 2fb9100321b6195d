#include "lockdep/cli/progress.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>

#include <string>

namespace lockdep::cli {
namespace {

// A terminal that nobody looks at but the test.
class ProgressTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(openpty(&outside_, &inside_, nullptr, nullptr, nullptr), 0); }
  void TearDown() override {
    close(inside_);
    close(outside_);
  }

  // What was written to the terminal.
  std::string Seen() const {
    std::string seen;
    char buffer[512];
    pollfd ready{.fd = outside_, .events = POLLIN, .revents = 0};
    while (poll(&ready, 1, 0) == 1) {
      const ssize_t count = read(outside_, buffer, sizeof(buffer));
      if (count <= 0) break;
      seen.append(buffer, static_cast<size_t>(count));
    }
    return seen;
  }

  int outside_ = -1;
  int inside_ = -1;
};

TEST_F(ProgressTest, ALineReplacesTheOneBeforeAndIsGoneAtTheEnd) {
  {
    Progress progress(inside_);
    progress.Show("90 of 100");
    EXPECT_EQ(Seen(), "\r90 of 100");
    progress.Show("done");
    EXPECT_EQ(Seen(), "\rdone     ");
  }
  EXPECT_EQ(Seen(), "\r    \r");
}

TEST_F(ProgressTest, ALineThatIsTooLongIsCutOff) {
  Progress progress(inside_);
  progress.Show(std::string(500, 'x'));
  EXPECT_EQ(Seen(), "\r" + std::string(78, 'x'));
}

TEST_F(ProgressTest, ShortWorkShowsNothing) {
  {
    Progress progress(inside_);
    EXPECT_FALSE(progress.Due());
    progress.Count(1, 2, "recordings");
  }
  EXPECT_EQ(Seen(), "");
}

TEST_F(ProgressTest, LongWorkIsCounted) {
  Progress progress(inside_);
  while (!progress.Due()) usleep(10'000);
  progress.Count(1, 2, "recordings");
  EXPECT_EQ(Seen(), "\rlockdep: 1 of 2 recordings");
  progress.Count(2, 2, "recordings");  // Too soon after the other.
  EXPECT_EQ(Seen(), "");
}

TEST(ProgressInAPipeTest, IsQuiet) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    Progress progress(ends[1]);
    progress.Show("90 of 100");
    EXPECT_FALSE(progress.Due());
  }
  close(ends[1]);
  char byte;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

}  // namespace
}  // namespace lockdep::cli
