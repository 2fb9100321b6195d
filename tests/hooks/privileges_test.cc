// Programs with raised privileges.  Needs root, which alone can make one.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "program_run.h"

namespace lockdep::hooks {
namespace {

constexpr uid_t kNobody = 65534;
constexpr mode_t kRaised = S_ISUID | 0755;

std::string LoaderPath() {
  Dl_info info = {};
  dladdr(reinterpret_cast<const void*>(getauxval(AT_BASE)), &info);
  return info.dli_fname;
}

std::string LibraryPath() {
  const std::string variable = PreloadVariable();
  return variable.substr(variable.find('=') + 1);
}

class PrivilegesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can make a program that is another user's";
    ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  }

  // A copy that runs as another user, as far as the file system allows that.
  std::string Raised(const std::string& original, const std::string& name) {
    const std::string copy = directory_.path() + "/" + name;
    std::filesystem::copy_file(original, copy);
    EXPECT_EQ(chown(copy.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(chmod(copy.c_str(), kRaised), 0);
    return copy;
  }

  TemporaryDirectory directory_;
};

// The loader takes no library with a path into such a program.
TEST_F(PrivilegesTest, AProgramThatIsAnotherUsersRunsWithoutTheLibrary) {
  const std::string program = Raised(ProgramPath("mutex"), "mutex");
  const ProgramRun run = RunProgram({program, "inversion"}, {PreloadVariable()});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.errors, "");
}

// It takes one from a directory that it trusts and with the bit that says so.
TEST_F(PrivilegesTest, TheLibraryInATrustedDirectorySaysThatItDoesNothing) {
  const std::string loader = Raised(LoaderPath(), "loader");
  Raised(LibraryPath(), "liblockdep_preload.so");
  // It is read by that user, who need not be allowed into the build's directory.
  const std::string program = Raised(ProgramPath("mutex"), "mutex");
  const ProgramRun run = RunProgram({loader, "--library-path", directory_.path(), "--preload",
                                     "liblockdep_preload.so", program, "inversion"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.errors, "lockdep: this program runs with raised privileges and is not watched\n");
}

}  // namespace
}  // namespace lockdep::hooks
