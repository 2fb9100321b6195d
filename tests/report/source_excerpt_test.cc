#include "lockdep/report/source_excerpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/record/temporary_directory.h"

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SourceExcerptTest : public testing::Test {
 protected:
  SourceExcerptTest() { std::filesystem::create_directory(directory_ / "root"); }

  void Write(const std::string& name) {
    std::ofstream(directory_ / name) << "one\n\ttwo\r\nthree\nfour\nfive\nsix\n";
  }

  std::vector<std::string> TextAt(const std::string& file, int line) {
    std::vector<std::string> text;
    for (const SourceLine& each :
         SourceExcerpts(directory_ / "root").Around({.file = file, .line = line})) {
      text.push_back(std::to_string(each.number) + each.text);
    }
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(SourceExcerptTest, TwoLinesOnEachSideAndTabsAsSpaces) {
  Write("root/a.cc");

  EXPECT_THAT(TextAt(directory_ / "root/a.cc", 3),
              ElementsAre("1one", "2    two", "3three", "4four", "5five"));
  EXPECT_THAT(TextAt(directory_ / "root/a.cc", 1), ElementsAre("1one", "2    two", "3three"));
}

TEST_F(SourceExcerptTest, ARelativePathIsBelowTheRoot) {
  Write("root/a.cc");

  EXPECT_THAT(TextAt("a.cc", 6), ElementsAre("4four", "5five", "6six", "7"));
}

TEST_F(SourceExcerptTest, ALineThatIsNotThereIsNone) {
  Write("root/a.cc");

  EXPECT_THAT(TextAt("a.cc", 0), IsEmpty());
  EXPECT_THAT(TextAt("a.cc", -3), IsEmpty());
  EXPECT_THAT(TextAt("a.cc", 8), IsEmpty());
  EXPECT_THAT(TextAt("b.cc", 1), IsEmpty());
  EXPECT_THAT(TextAt("", 1), IsEmpty());
}

TEST_F(SourceExcerptTest, NothingOutsideTheRootIsRead) {
  Write("secret.cc");
  std::filesystem::create_symlink(directory_ / "secret.cc", directory_ / "root/link.cc");

  EXPECT_THAT(TextAt(directory_ / "secret.cc", 1), IsEmpty());
  EXPECT_THAT(TextAt("../secret.cc", 1), IsEmpty());
  EXPECT_THAT(TextAt("link.cc", 1), IsEmpty());
}

TEST_F(SourceExcerptTest, WhatIsNoSourceIsNotRead) {
  Write("root/.env");
  Write("root/key.pem");
  std::filesystem::create_directory(directory_ / "root/directory.cc");

  EXPECT_THAT(TextAt(".env", 1), IsEmpty());
  EXPECT_THAT(TextAt("key.pem", 1), IsEmpty());
  EXPECT_THAT(TextAt("directory.cc", 1), IsEmpty());
}

TEST_F(SourceExcerptTest, WithoutARootThereIsNoSource) {
  Write("root/a.cc");

  EXPECT_THAT(SourceExcerpts("").Around({.file = directory_ / "root/a.cc", .line = 1}), IsEmpty());
}

}  // namespace
}  // namespace lockdep::report
