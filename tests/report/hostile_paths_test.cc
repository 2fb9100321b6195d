// A file from a stranger names modules and sources.  None of these names makes the tool open
// what is no ordinary file, or show what is in one that it was not given.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include "lockdep/report/format.h"
#include "lockdep/report/load.h"
#include "tests/record/record_bytes.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/hostile_report.h"

namespace lockdep::report {
namespace {

using record::RecordBytes;
using record::RecordType;
using record::U32;
using record::U64;
using record::U8;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kSecret[] = "root:$6$salt$hash:19000:0:99999:7:::";

// Whether somebody opened a file.
class OpenWatch {
 public:
  explicit OpenWatch(const std::string& path) : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(fd_, path.c_str(), IN_OPEN), 0) << strerror(errno);
  }
  ~OpenWatch() { close(fd_); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;

  bool SawOpen() const {
    std::array<char, 4096> events;
    return read(fd_, events.data(), events.size()) > 0;
  }

 private:
  const int fd_;
};

class HostilePathsTest : public testing::Test {
 protected:
  HostilePathsTest() {
    std::filesystem::create_directory(directory_ / "root");
    EXPECT_EQ(mkfifo((directory_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(mkfifo((directory_ / "root/pipe.cc").c_str(), 0600), 0);
    WriteBytes(directory_ / "shadow", kSecret);
    WriteBytes(directory_ / "secret.cc", kSecret);
  }

  // What the tool says of a recording whose code is all in a module of this path.
  Loaded LoadModule(const std::string& path) {
    const std::string stack =
        RecordBytes(RecordType::kStack, U32(1) + U32(2) + U64(0x1010) + U64(0x1020));
    const std::string dependency =
        RecordBytes(RecordType::kDependency, U32(1) + U32(2) + U8(3) + U8(0) + U8(0) + U32(1) +
                                                 U64(0x1100) + U64(0x1200) + U32(1) + U32(1));
    WriteBytes(directory_ / "r.lockdep",
               record::FileHeader() + record::HeaderRecord() + record::ThreadRecord(1, "main") +
                   record::ModuleRecord(0x1000, 0x2000, path) + record::ClassRecord(1, "A") +
                   record::ClassRecord(2, "B") + stack + dependency);
    absl::StatusOr<Loaded> loaded = LoadInputs({directory_ / "r.lockdep"});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    if (!loaded.ok()) return Loaded();
    EXPECT_EQ(loaded->report.dependencies.size(), 1u);
    return *std::move(loaded);
  }

  // All formats of a report whose every frame is in this source file.
  std::string RenderSource(const std::string& file) {
    const Report report = ReportFullOf(file);
    std::string text;
    for (const Format& format : Formats()) {
      text += format.render(report, {.source_root = directory_ / "root"});
    }
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(HostilePathsTest, AModuleThatIsNoOrdinaryFileIsNotEvenOpened) {
  const OpenWatch pipe(directory_ / "pipe");

  EXPECT_THAT(LoadModule(directory_ / "pipe").warnings,
              ElementsAre(StartsWith((directory_ / "pipe") + ": not a regular file")));
  EXPECT_FALSE(pipe.SawOpen());
  EXPECT_THAT(LoadModule("/dev/zero").warnings,
              ElementsAre(StartsWith("/dev/zero: not a regular file")));
  EXPECT_THAT(LoadModule(directory_.path()).warnings,
              ElementsAre(StartsWith(directory_.path() + ": is a directory")));
}

TEST_F(HostilePathsTest, AModuleThatIsAnyOtherFileIsNotShown) {
  const OpenWatch shadow(directory_ / "shadow");

  const Loaded loaded = LoadModule(directory_ / "shadow");

  EXPECT_TRUE(shadow.SawOpen()) << "else the watch proves nothing";
  EXPECT_THAT(loaded.warnings, ElementsAre(AllOf(StartsWith((directory_ / "shadow") + ": "),
                                                 Not(HasSubstr("root:")))));
  for (const Format& format : Formats()) {
    EXPECT_THAT(format.render(loaded.report, {.source_root = directory_.path()}),
                Not(HasSubstr("19000")))
        << format.name;
  }
}

TEST_F(HostilePathsTest, AModuleOfARelativePathIsNoFile) {
  const std::string relative = std::filesystem::relative(directory_ / "shadow");
  ASSERT_THAT(relative, StartsWith("../"));
  const OpenWatch shadow(directory_ / "shadow");

  EXPECT_THAT(LoadModule(relative).warnings, IsEmpty());
  EXPECT_FALSE(shadow.SawOpen());
}

TEST_F(HostilePathsTest, AModuleLargerThanAnyProgramIsNotRead) {
  WriteBytes(directory_ / "huge",
             "\x7f"
             "ELF");
  std::filesystem::resize_file(directory_ / "huge", uintmax_t{17} << 30);

  EXPECT_THAT(LoadModule(directory_ / "huge").warnings,
              ElementsAre(StartsWith((directory_ / "huge") + ": larger than 16 GiB")));
}

TEST_F(HostilePathsTest, AnInputThatIsNoOrdinaryFileIsNotOpenedEither) {
  const OpenWatch pipe(directory_ / "pipe");

  EXPECT_THAT(std::string(LoadInputs({directory_ / "pipe"}).status().message()),
              StartsWith((directory_ / "pipe") + ": not a regular file"));
  LoadModule("/dev/null");
  EXPECT_THAT(LoadInputs({directory_.path()})->report.losses,
              Contains(HasSubstr("pipe: not a regular file")));
  EXPECT_FALSE(pipe.SawOpen());
}

TEST_F(HostilePathsTest, ASourceOutsideTheRootIsNotShown) {
  const OpenWatch secret(directory_ / "secret.cc");
  for (const std::string& file :
       {directory_ / "secret.cc", std::string("../secret.cc"), directory_ / "root/../secret.cc"}) {
    EXPECT_THAT(RenderSource(file), Not(HasSubstr("19000"))) << file;
  }
  EXPECT_FALSE(secret.SawOpen());
}

TEST_F(HostilePathsTest, ASourceThatIsNoOrdinaryFileIsNotOpened) {
  const OpenWatch pipe(directory_ / "root/pipe.cc");
  std::filesystem::create_symlink("/dev/zero", directory_ / "root/zero.cc");

  RenderSource("pipe.cc");
  RenderSource("zero.cc");
  RenderSource("/dev/zero");

  EXPECT_FALSE(pipe.SawOpen());
}

TEST_F(HostilePathsTest, ASourceBelowTheRootIsShown) {
  WriteBytes(directory_ / "root/a.cc", "a line of the user's own\n");

  EXPECT_THAT(RenderSource("a.cc"), HasSubstr("a line of the user"));
}

}  // namespace
}  // namespace lockdep::report
