#include "lockdep/cli/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lockdep/cli/recording_directory.h"
#include "tests/cli/scratch_directory.h"

namespace lockdep::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

size_t FilesIn(const std::string& directory) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(OutputFileTest, TheJobSaysWhereItsSourcesAre) {
  unsetenv("GITHUB_WORKSPACE");
  unsetenv("CI_PROJECT_DIR");
  EXPECT_EQ(SourceRoot(), std::filesystem::current_path());
  setenv("CI_PROJECT_DIR", "/builds/bank", 1);
  EXPECT_EQ(SourceRoot(), "/builds/bank");
  setenv("GITHUB_WORKSPACE", "/github/workspace", 1);
  EXPECT_EQ(SourceRoot(), "/github/workspace");
  unsetenv("GITHUB_WORKSPACE");
  unsetenv("CI_PROJECT_DIR");
}

TEST(OutputFileTest, AFileIsReplacedAsAWholeAndKeepsItsMode) {
  const ScratchDirectory scratch;
  const auto path = scratch.Write("f", "old and long", 0640);

  ASSERT_TRUE(WriteFile(path, "new").ok());

  EXPECT_EQ(scratch.Read("f"), "new");
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(FilesIn(scratch.Path("")), 1u) << "no temporary file is left";
}

TEST(OutputFileTest, ASymbolicLinkStaysOne) {
  const ScratchDirectory scratch;
  scratch.Write("target", "old");
  ASSERT_EQ(symlink(scratch.Path("target").c_str(), scratch.Path("link").c_str()), 0);

  ASSERT_TRUE(WriteFile(scratch.Path("link"), "new").ok());

  EXPECT_TRUE(std::filesystem::is_symlink(scratch.Path("link")));
  EXPECT_EQ(scratch.Read("target"), "new");
}

TEST(OutputFileTest, AFailureLeavesNothingBehind) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.Path("d"));

  EXPECT_FALSE(WriteFile(scratch.Path("missing/f"), "x").ok());
  EXPECT_FALSE(WriteFile(scratch.Path("d"), "x").ok());
  EXPECT_EQ(FilesIn(scratch.Path("")), 1u);
}

TEST(OutputFileTest, WhatWillNotWorkIsKnownBeforehand) {
  const ScratchDirectory scratch;

  EXPECT_TRUE(CheckWritable(scratch.Path("new")).ok());
  EXPECT_TRUE(CheckWritable(scratch.Write("old", "")).ok());
  EXPECT_TRUE(CheckWritable("/dev/null").ok());
  EXPECT_FALSE(CheckWritable(scratch.Path("missing/f")).ok());
  EXPECT_FALSE(CheckWritable(scratch.Path("old/f")).ok());
  EXPECT_FALSE(CheckWritable(scratch.Path("")).ok());
  EXPECT_EQ(FilesIn(scratch.Path("")), 1u) << "checking writes nothing";
}

TEST(RecordingDirectoryTest, ItIsPrivateAndGoesWithTheObject) {
  std::string path;
  {
    auto directory = RecordingDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.status();
    path = (*directory)->path();
    struct stat status;
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    EXPECT_THAT((*directory)->Pattern(), EndsWith("/%p.lockdep"));
    std::ofstream(path + "/7.lockdep") << "x";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(RecordingDirectoryTest, WhatIsKeptStays) {
  auto directory = RecordingDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string path = (*directory)->path();
  (*directory)->Keep();
  directory->reset();

  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove_all(path);
}

TEST(RecordingDirectoryTest, TheFirstProcessComesFirstAndThenByNumber) {
  auto directory = RecordingDirectory::Create();
  ASSERT_TRUE(directory.ok());
  for (const char* name : {"100.lockdep", "99.lockdep", "1000.lockdep", "100.lockdep.1"}) {
    std::ofstream((*directory)->path() + "/" + name) << "x";
  }

  EXPECT_THAT((*directory)->Recordings(100),
              ElementsAre(EndsWith("/100.lockdep"), EndsWith("/100.lockdep.1"),
                          EndsWith("/99.lockdep"), EndsWith("/1000.lockdep")));
}

TEST(CopyRecordingsTest, OneBecomesAFileAndSeveralADirectory) {
  const ScratchDirectory scratch;
  const auto a = scratch.Write("1.lockdep", "one");
  const auto b = scratch.Write("2.lockdep", "two");

  ASSERT_TRUE(CopyRecordings({a}, scratch.Path("single")).ok());
  EXPECT_EQ(scratch.Read("single"), "one");

  ASSERT_TRUE(CopyRecordings({a, b}, scratch.Path("many")).ok());
  EXPECT_EQ(scratch.Read("many/1.lockdep"), "one");
  EXPECT_EQ(scratch.Read("many/2.lockdep"), "two");
}

TEST(CopyRecordingsTest, ADirectoryWithFilesIsRefusedBeforeAnythingRuns) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.Path("d"));
  EXPECT_TRUE(CheckRecordTarget(scratch.Path("d")).ok());

  scratch.Write("d/precious", "x");

  EXPECT_THAT(std::string(CheckRecordTarget(scratch.Path("d")).message()), HasSubstr("not empty"));
}

}  // namespace
}  // namespace lockdep::cli
