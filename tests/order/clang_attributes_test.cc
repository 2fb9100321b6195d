#include "lockdep/order/clang_attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lockdep::order {
namespace {

std::string AttributesOf(absl::string_view text) {
  absl::StatusOr<OrderFile> file = ParseOrderFile("my.order", text);
  EXPECT_TRUE(file.ok()) << file.status();
  std::vector<OrderFile> files;
  if (file.ok()) files.push_back(*std::move(file));
  const absl::StatusOr<OrderSet> set = OrderSet::Make(std::move(files));
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? RenderAcquiredAfter(*set) : "";
}

TEST(ClangAttributesTest, EachInnerLockNamesAllThatComeBefore) {
  EXPECT_EQ(AttributesOf("b -> c\na -> c\na -> ns::b\n"),
            "ACQUIRED_AFTER(a, b)  // c\nACQUIRED_AFTER(a)  // ns::b\n");
}

TEST(ClangAttributesTest, ANameThatIsNoCodeIsTold) {
  EXPECT_EQ(AttributesOf("a -> mm->mmap_lock\n"), "// ACQUIRED_AFTER(a) mm->mmap_lock\n");
  EXPECT_EQ(AttributesOf("a -> s:3\n"), "// ACQUIRED_AFTER(a) s:3\n");
}

TEST(ClangAttributesTest, StaleAndDisputedArcsAreLeftOut) {
  EXPECT_EQ(AttributesOf("a -> b stale\nc -> d\nd -> c\n"), "");
}

}  // namespace
}  // namespace lockdep::order
