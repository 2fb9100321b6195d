#include "hooks/raw_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "gtest/gtest.h"

namespace lockdep::hooks {
namespace {

TEST(TextTest, PutsTogetherTextAndNumbers) {
  Text<64> text;
  text << "process " << uint64_t{0} << " of " << UINT64_MAX;

  EXPECT_EQ(text.view(), "process 0 of 18446744073709551615");
  EXPECT_STREQ(text.c_str(), "process 0 of 18446744073709551615");
  EXPECT_FALSE(text.truncated());
}

TEST(TextTest, CutsOffWhereTheBufferEnds) {
  Text<5> text;
  text << "abcdef"
       << "g";

  EXPECT_STREQ(text.c_str(), "abcd");
  EXPECT_TRUE(text.truncated());
}

TEST(SayToTest, KeepsErrnoWhetherItCanWriteOrNot) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  errno = 77;
  SayTo(ends[1], "hello");
  EXPECT_EQ(errno, 77);
  char buffer[16] = {};
  EXPECT_EQ(read(ends[0], buffer, sizeof(buffer)), 5);
  EXPECT_STREQ(buffer, "hello");

  errno = 77;
  SayTo(-1, "nobody hears this");
  EXPECT_EQ(errno, 77);
  close(ends[0]);
  close(ends[1]);
}

class StandardErrorTest : public testing::Test {
 protected:
  StandardErrorTest() : saved_(dup(STDERR_FILENO)) {}
  ~StandardErrorTest() override {
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }

  void Redirect(const char* path, int flags) {
    const int fd = open(path, flags, 0600);
    ASSERT_GE(fd, 0);
    dup2(fd, STDERR_FILENO);
    close(fd);
  }

 private:
  int saved_;
};

TEST_F(StandardErrorTest, FileOfTheProgramsInItsPlaceIsNotWrittenTo) {
  Redirect("/dev/null", O_WRONLY);
  RememberStandardError();
  EXPECT_EQ(StandardErrorForUs(), STDERR_FILENO);

  Redirect((testing::TempDir() + "data").c_str(), O_CREAT | O_WRONLY);

  EXPECT_EQ(StandardErrorForUs(), -1);
}

TEST_F(StandardErrorTest, FileThatWasThereFromTheStartIsWrittenTo) {
  Redirect((testing::TempDir() + "log").c_str(), O_CREAT | O_WRONLY);
  RememberStandardError();

  EXPECT_EQ(StandardErrorForUs(), STDERR_FILENO);
}

TEST_F(StandardErrorTest, ClosedOneIsNotWrittenTo) {
  RememberStandardError();
  close(STDERR_FILENO);

  EXPECT_EQ(StandardErrorForUs(), -1);
}

}  // namespace
}  // namespace lockdep::hooks
