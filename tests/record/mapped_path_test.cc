#include "lockdep/record/mapped_path.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <thread>

namespace lockdep::record {
namespace {

template <size_t kSize = 4096>
std::string PathAt(const void* address) {
  std::array<char, kSize> path = {};
  return FindMappedPath(reinterpret_cast<uintptr_t>(address), path) ? path.data() : "";
}

constexpr char kText[] = "a constant stands in the file";

TEST(MappedPathTest, NamesTheFileOfCodeAndData) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");

  EXPECT_EQ(PathAt(reinterpret_cast<const void*>(&FindMappedPath)), self);
  EXPECT_EQ(PathAt(kText), self);
  EXPECT_EQ(std::filesystem::path(PathAt(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"))).filename(),
            "libc.so.6");
}

TEST(MappedPathTest, NamesNothingForMemoryWithoutAFile) {
  const int on_stack = 0;

  EXPECT_EQ(PathAt(&on_stack), "") << "[stack] is no file";
  EXPECT_EQ(PathAt(nullptr), "");
}

TEST(MappedPathTest, DoesNotCutAPathThatDoesNotFit) {
  EXPECT_EQ(PathAt<8>(reinterpret_cast<const void*>(&FindMappedPath)), "");
}

TEST(MappedPathTest, WorksInAnyThread) {
  std::string path;
  std::thread([&] { path = PathAt(reinterpret_cast<const void*>(&FindMappedPath)); }).join();

  EXPECT_EQ(path, std::filesystem::read_symlink("/proc/self/exe"));
}

}  // namespace
}  // namespace lockdep::record
