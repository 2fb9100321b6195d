#include "lockdep/record/append_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "tests/record/temporary_directory.h"

namespace lockdep::record {
namespace {

int AppendText(AppendFile& file, std::string text) {
  iovec part = {text.data(), text.size()};
  return file.Append({&part, 1});
}

// The descriptor that is the file at `path`, or -1.
int DescriptorOf(const std::string& path) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (std::filesystem::read_symlink(entry, ignored) == path) {
      return std::stoi(entry.path().filename());
    }
  }
  return -1;
}

TEST(AppendFileTest, WritesPartsInOrder) {
  const TemporaryDirectory directory;
  AppendFile file;
  ASSERT_EQ(file.Create((directory / "f").c_str()), 0);
  std::string a = "one ";
  std::string b;
  std::string c = "two";
  iovec parts[] = {{a.data(), a.size()}, {b.data(), 0}, {c.data(), c.size()}};

  EXPECT_EQ(file.Append(parts), 0);
  EXPECT_EQ(AppendText(file, "!"), 0);

  EXPECT_EQ(ReadBytes(directory / "f"), "one two!");
}

TEST(AppendFileTest, RefusesAFileThatExists) {
  const TemporaryDirectory directory;
  WriteBytes(directory / "f", "old");
  AppendFile file;

  EXPECT_EQ(file.Create((directory / "f").c_str()), EEXIST);
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(ReadBytes(directory / "f"), "old");
}

TEST(AppendFileTest, LeavesLowDescriptorsToTheProgram) {
  const TemporaryDirectory directory;
  const int next = dup(0);
  close(next);
  AppendFile file;
  ASSERT_EQ(file.Create((directory / "f").c_str()), 0);

  const int after = dup(0);

  EXPECT_EQ(after, next);
  close(after);
  file.Close();
}

TEST(AppendFileTest, GoesOnAfterTheProgramClosedItsDescriptor) {
  const TemporaryDirectory directory;
  AppendFile file;
  ASSERT_EQ(file.Create((directory / "f").c_str()), 0);
  ASSERT_EQ(AppendText(file, "a"), 0);
  close(DescriptorOf(directory / "f"));

  EXPECT_EQ(AppendText(file, "b"), 0);

  EXPECT_EQ(ReadBytes(directory / "f"), "ab");
}

TEST(AppendFileTest, DoesNotWriteIntoAFileThatTookItsDescriptor) {
  const TemporaryDirectory directory;
  AppendFile file;
  ASSERT_EQ(file.Create((directory / "f").c_str()), 0);
  const int fd = DescriptorOf(directory / "f");
  const int other = open((directory / "other").c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_EQ(dup2(other, fd), fd);

  EXPECT_EQ(AppendText(file, "ours"), 0);
  file.Close();

  EXPECT_EQ(ReadBytes(directory / "other"), "");
  EXPECT_EQ(ReadBytes(directory / "f"), "ours");
  EXPECT_NE(fcntl(fd, F_GETFD), -1) << "the program's descriptor was closed";
  close(fd);
  close(other);
}

TEST(AppendFileTest, FindsARelativePathAgainAfterChdir) {
  const TemporaryDirectory directory;
  const std::string old = std::filesystem::current_path();
  ASSERT_EQ(chdir(directory.path().c_str()), 0);
  AppendFile file;
  ASSERT_EQ(file.Create("f"), 0);
  ASSERT_EQ(chdir("/"), 0);
  close(DescriptorOf(directory / "f"));

  EXPECT_EQ(AppendText(file, "b"), 0);

  EXPECT_EQ(ReadBytes(directory / "f"), "b");
  ASSERT_EQ(chdir(old.c_str()), 0);
}

TEST(AppendFileTest, SaysSoWhenItsFileIsGone) {
  const TemporaryDirectory directory;
  AppendFile file;
  ASSERT_EQ(file.Create((directory / "f").c_str()), 0);
  const int fd = DescriptorOf(directory / "f");
  std::filesystem::remove(directory / "f");
  EXPECT_EQ(AppendText(file, "still open"), 0);
  close(fd);

  EXPECT_EQ(AppendText(file, "x"), ENOENT);
  WriteBytes(directory / "f", "another");
  EXPECT_EQ(AppendText(file, "x"), ESTALE);
  EXPECT_EQ(ReadBytes(directory / "f"), "another");
}

// Runs `steps` on a file in a child that may write files of `limit` bytes only; returns how
// it ended, 0 if all was well.
int UnderLimit(const std::string& path, rlim_t limit, int (*steps)(AppendFile& file)) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit both = {limit, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &both);
    AppendFile file;
    if (file.Create(path.c_str()) != 0) _exit(1);
    _exit(steps(file));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(AppendFileTest, AFileSizeLimitIsAnErrorAndNoSignalAndLeavesACutRecord) {
  const TemporaryDirectory directory;

  EXPECT_EQ(UnderLimit(directory / "f", 10,
                       [](AppendFile& file) {
                         if (AppendText(file, "12345678") != 0) return 2;
                         if (AppendText(file, "90ab") != EFBIG) return 3;
                         file.MarkCut();
                         return 0;
                       }),
            0);

  EXPECT_EQ(ReadBytes(directory / "f"), "1234567890");
}

TEST(AppendFileTest, WhatFillsTheLimitExactlyIsCutToo) {
  const TemporaryDirectory directory;

  EXPECT_EQ(UnderLimit(directory / "f", 10,
                       [](AppendFile& file) {
                         if (AppendText(file, "12345678") != 0) return 2;
                         return AppendText(file, "90") == EFBIG ? 0 : 3;
                       }),
            0);

  EXPECT_EQ(ReadBytes(directory / "f"), "123456789");
}

TEST(AppendFileTest, WithoutRoomForAPartTheCutIsMarkedOnceThereIsRoom) {
  const TemporaryDirectory directory;

  EXPECT_EQ(UnderLimit(directory / "f", 10,
                       [](AppendFile& file) {
                         if (AppendText(file, "12345678") != 0) return 2;
                         const rlimit none = {8, RLIM_INFINITY};
                         setrlimit(RLIMIT_FSIZE, &none);
                         if (AppendText(file, "90") != EFBIG) return 3;
                         file.MarkCut();
                         const rlimit some = {20, RLIM_INFINITY};
                         setrlimit(RLIMIT_FSIZE, &some);
                         file.MarkCut();
                         file.MarkCut();
                         return 0;
                       }),
            0);

  EXPECT_EQ(ReadBytes(directory / "f"), std::string("12345678\0", 9));
}

}  // namespace
}  // namespace lockdep::record
