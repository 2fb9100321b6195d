#include "lockdep/order/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/order/builtin.h"

namespace lockdep::order {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr BuiltinOrder kOrders[] = {{"load-test", "include \"load-test-inner.order\"\na -> b\n"},
                                    {"load-test-inner", "b -> c\n"}};
const BuiltinRegistration kRegistration(kOrders);

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() { std::filesystem::create_directories(directory_ + "/sub"); }
  ~LoadTest() override { std::filesystem::remove_all(directory_); }

  // Returns the path.
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(directory_, "/", name);
    std::ofstream(path) << text;
    return path;
  }

  std::vector<std::string> Paths(const std::vector<std::string>& inputs) {
    const auto files = LoadOrders(inputs);
    EXPECT_TRUE(files.ok()) << files.status();
    std::vector<std::string> paths;
    if (!files.ok()) return paths;
    for (const OrderFile& file : *files) {
      const bool is_ours = file.path.rfind(directory_, 0) == 0;
      paths.push_back(is_ours ? file.path.substr(directory_.size() + 1) : file.path);
    }
    return paths;
  }

  std::string ErrorOf(const std::vector<std::string>& inputs) {
    const auto files = LoadOrders(inputs);
    EXPECT_FALSE(files.ok());
    return std::string(files.status().message());
  }

  const std::string directory_ =
      absl::StrCat(::testing::TempDir(), "load_", ::testing::UnitTest::GetInstance()->random_seed(),
                   "_", ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(LoadTest, IncludesAreRelativeToTheFileThatSaysThem) {
  const std::string top = Write("top.order", "include \"sub/a.order\"\nx -> y\n");
  Write("sub/a.order", "include \"b.order\"\ninclude \"../c.order\"\n");
  Write("sub/b.order", "");
  Write("c.order", "");

  EXPECT_THAT(Paths({top}), ElementsAre("sub/b.order", "c.order", "sub/a.order", "top.order"));
}

TEST_F(LoadTest, AFileThatIsNamedTwiceIsReadOnce) {
  const std::string a = Write("a.order", "include \"c.order\"\n");
  const std::string b = Write("b.order", "include \"./c.order\"\ninclude \"sub/../c.order\"\n");
  Write("c.order", "x -> y\n");

  EXPECT_THAT(Paths({a, b, a}), ElementsAre("c.order", "a.order", "b.order"));
}

TEST_F(LoadTest, ABuiltInOrderIsFoundByNameAndIncludesItsNeighbours) {
  EXPECT_THAT(Paths({"load-test"}), ElementsAre("builtin:load-test-inner", "builtin:load-test"));
  EXPECT_THAT(Paths({"builtin:load-test-inner"}), ElementsAre("builtin:load-test-inner"));
}

TEST_F(LoadTest, AFileMayIncludeABuiltInOrder) {
  EXPECT_THAT(Paths({Write("a.order", "include \"builtin:load-test-inner\"\n")}),
              ElementsAre("builtin:load-test-inner", "a.order"));
}

TEST_F(LoadTest, ADirectoryIsAKernelTree) {
  std::filesystem::create_directories(directory_ + "/mm");
  Write("mm/rmap.c", "/*\n * Lock ordering:\n * a\n *  b\n */\n");
  Write("mm/filemap.c", "/*\n * Lock ordering:\n * b\n *  c\n */\n");

  EXPECT_THAT(Paths({directory_}), ElementsAre("mm/rmap.c", "mm/filemap.c"));
}

TEST_F(LoadTest, AMissingFileIsNamedWithWhatElseItCouldBe) {
  EXPECT_THAT(ErrorOf({directory_ + "/none.order"}),
              AllOf(StartsWith(directory_ + "/none.order: cannot read it: No such file"),
                    HasSubstr("load-test-inner")));
}

TEST_F(LoadTest, AMissingIncludeIsTheFaultOfTheLineThatAsksForIt) {
  const std::string path = Write("a.order", "\ninclude \"none.order\"\n");

  EXPECT_THAT(ErrorOf({path}), StartsWith(path + ":2: include of " + directory_ + "/none.order: "));
}

TEST_F(LoadTest, AnErrorInAnIncludedFileNamesThatFile) {
  const std::string path = Write("a.order", "include \"b.order\"\n");
  Write("b.order", "\n\nbad\n");

  EXPECT_THAT(ErrorOf({path}), StartsWith(directory_ + "/b.order:3: cannot be understood"));
}

TEST_F(LoadTest, AnUnknownBuiltInOrderIsRefused) {
  EXPECT_THAT(ErrorOf({"builtin:none"}),
              StartsWith("builtin:none: there is no such built-in order; expected one of: "));
}

TEST_F(LoadTest, FilesThatIncludeEachOtherInACircleAreRefused) {
  const std::string a = Write("a.order", "include \"b.order\"\n");
  Write("b.order", "# x\ninclude \"sub/../a.order\"\n");

  EXPECT_THAT(ErrorOf({a}),
              StartsWith(directory_ + "/b.order:2: files include each other in a circle: " + a));
  EXPECT_THAT(ErrorOf({Write("self.order", "include \"self.order\"\n")}),
              HasSubstr("/self.order:1: files include each other in a circle"));
}

TEST_F(LoadTest, IncludesNestOnlySoDeep) {
  for (int i = 0; i <= kMaxIncludeDepth; ++i) {
    Write(absl::StrCat(i, ".order"), absl::StrCat("include \"", i + 1, ".order\"\n"));
  }
  Write(absl::StrCat(kMaxIncludeDepth + 1, ".order"), "");

  EXPECT_THAT(Paths({directory_ + "/2.order"}), ::testing::SizeIs(kMaxIncludeDepth));
  EXPECT_THAT(ErrorOf({directory_ + "/1.order"}), HasSubstr("/32.order:1: includes nest too deep"));
}

TEST_F(LoadTest, AnIncludedDirectoryIsNoOrderFile) {
  EXPECT_THAT(ErrorOf({Write("a.order", "include \"sub\"\n")}),
              HasSubstr("cannot read it: Is a directory"));
}

}  // namespace
}  // namespace lockdep::order
