#include "lockdep/record/merge_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "lockdep/record/recording_writer.h"
#include "tests/record/record_bytes.h"
#include "tests/record/temporary_directory.h"

namespace lockdep::record {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class MergeFilesTest : public testing::Test {
 protected:
  // A recording of a run of its own with one class of that name.
  void Record(const std::string& name) {
    WriteBytes(directory_ / name, FileHeader() + HeaderRecord(name) + ClassRecord(1, name));
  }

  absl::StatusOr<MergedFiles> Merge(const std::vector<std::string>& inputs, unsigned threads = 2) {
    const auto files = ListInputFiles(inputs);
    EXPECT_TRUE(files.ok()) << files.status();
    return MergeFiles(*files, threads, [this](size_t done) { done_ = done; });
  }

  TemporaryDirectory directory_;
  size_t done_ = 0;
};

TEST_F(MergeFilesTest, TheNumberOfThreadsDoesNotMatter) {
  for (int i = 0; i < 40; ++i) Record(absl::StrCat("r", i));

  const auto one = Merge({directory_.path()}, 1);
  const auto four = Merge({directory_.path()}, 4);

  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(one->count, 40u);
  EXPECT_EQ(done_, 40u);
  EXPECT_THAT(one->recording.classes, SizeIs(40));
  EXPECT_EQ(EncodeMerged(one->recording), EncodeMerged(four->recording));
}

TEST_F(MergeFilesTest, ANamedFileThatCannotBeReadIsAnError) {
  Record("good");
  WriteBytes(directory_ / "bad", "hello");

  EXPECT_THAT(std::string(Merge({directory_ / "good", directory_ / "bad"}).status().message()),
              HasSubstr("/bad: not a lockdep recording"));
  EXPECT_THAT(std::string(Merge({directory_ / "none"}).status().message()), HasSubstr("/none"));
}

TEST_F(MergeFilesTest, InADirectoryItIsLeftOutAloudAndALostRecordingLeavesItsMark) {
  Record("good");
  WriteBytes(directory_ / "notes", "hello");

  auto merged = Merge({directory_.path()});
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_THAT(merged->warnings, ElementsAre(AllOf(HasSubstr("/notes"), HasSubstr("left out"))));
  EXPECT_FALSE(merged->recording.is_damaged) << "it was none of ours";

  WriteBytes(directory_ / "lost.lockdep", FileHeader(9));
  merged = Merge({directory_.path()});
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_TRUE(merged->recording.is_damaged);
  EXPECT_EQ(merged->recording.runs[0].command, "lost.lockdep, which cannot be read");
}

TEST_F(MergeFilesTest, InADirectoryWhatCannotBeOpenedIsLostAndNoError) {
  Record("good");
  std::filesystem::create_symlink("nowhere", directory_ / "vanished");

  const auto merged = Merge({directory_.path()});

  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->count, 1u);
  EXPECT_THAT(merged->warnings,
              ElementsAre(AllOf(HasSubstr("/vanished: "), HasSubstr("left out"))));
  EXPECT_TRUE(merged->recording.is_damaged);
}

TEST_F(MergeFilesTest, WhatIsCutShortCountsAsFarAsItGoes) {
  Record("cut");
  const std::string bytes = ReadBytes(directory_ / "cut");
  WriteBytes(directory_ / "cut", bytes + "\x05");

  const auto merged = Merge({directory_ / "cut"});

  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_THAT(merged->recording.classes, SizeIs(1));
  EXPECT_THAT(merged->warnings, ElementsAre(HasSubstr("lost")));
  EXPECT_TRUE(merged->recording.is_damaged);
}

}  // namespace
}  // namespace lockdep::record
