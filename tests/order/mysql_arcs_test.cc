#include "lockdep/order/mysql_arcs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lockdep/order/render.h"

namespace lockdep::order {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> ArcsOf(absl::string_view text) {
  const absl::StatusOr<OrderFile> file = ParseMysqlArcs("deps.txt", text);
  EXPECT_TRUE(file.ok()) << file.status();
  std::vector<std::pair<std::string, std::string>> arcs;
  if (!file.ok()) return arcs;
  for (const Section& section : file->sections) {
    for (const Arc& arc : section.arcs) arcs.emplace_back(arc.from, arc.to);
  }
  return arcs;
}

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<OrderFile> file = ParseMysqlArcs("deps.txt", text);
  EXPECT_FALSE(file.ok()) << "accepted: " << text;
  return std::string(file.status().message());
}

OrderSet SetOf(OrderFile file) {
  std::vector<OrderFile> files;
  files.push_back(std::move(file));
  absl::StatusOr<OrderSet> set = OrderSet::Make(std::move(files));
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

TEST(MysqlArcsTest, AnArcIsReadAndCommentsAndNodesAreNot) {
  EXPECT_THAT(ArcsOf("# a comment\n\nNODE \"mutex/a\" OP \"R\"\n"
                     "ARC FROM \"mutex/a\" TO \"rwlock/b\" OP \"W\"  # why\n"),
              ElementsAre(Pair("mutex/a", "rwlock/b")));
}

TEST(MysqlArcsTest, StatesAndOperationsOfOnePairAreOneArc) {
  EXPECT_THAT(ArcsOf("ARC FROM \"rwlock/a\" STATE \"R\" TO \"rwlock/b\" OP \"R\"\n"
                     "ARC FROM \"rwlock/a\" STATE \"W\" TO \"rwlock/b\" OP \"W\"\n"),
              ElementsAre(Pair("rwlock/a", "rwlock/b")));
}

TEST(MysqlArcsTest, WhatIsNoWaitForALockIsLeftOut) {
  EXPECT_THAT(ArcsOf("ARC FROM \"mutex/a\" TO \"cond/c\"\nARC FROM \"mutex/a\" TO \"file/f\"\n"
                     "ARC FROM \"mutex/a\" TO \"mutex/a\" RECURSIVE OP \"LOCK\"\n"
                     "ARC FROM \"mutex/a\" TO \"rwlock/b\" OP \"TRY W\"\n"),
              IsEmpty());
}

TEST(MysqlArcsTest, ALoopIsKeptAndBindsNobody) {
  const absl::StatusOr<OrderFile> file =
      ParseMysqlArcs("deps.txt", "ARC FROM \"mutex/a\" TO \"mutex/b\" FLAGS LOOP\n");

  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->sections[0].arcs[0].status, ArcStatus::kStale);
}

TEST(MysqlArcsTest, ABadLineIsNamedWithItsReason) {
  EXPECT_EQ(ErrorOf("\nARC \"a\"\n"),
            "deps.txt:2: FROM is missing; expected ARC FROM \"A\" TO \"B\"");
  EXPECT_EQ(ErrorOf("ARC FROM \"a\"\n"),
            "deps.txt:1: TO is missing; expected ARC FROM \"A\" TO \"B\"");
  EXPECT_EQ(ErrorOf("ARC FROM \"a\" TO \"b\n"), "deps.txt:1: a name in double quotes is missing");
  EXPECT_EQ(ErrorOf("ARC FROM \"a\" TO \"b\" HOW\n"),
            "deps.txt:1: the end of the line is not understood");
  EXPECT_EQ(ErrorOf("a -> b\n"), "deps.txt:1: expected a line ARC, NODE or BIND");
}

TEST(MysqlArcsTest, WhatCannotBeWrittenIsAComment) {
  EXPECT_EQ(RenderMysqlArcs(SetOf(*ParseOrderFile("my.order", "\"say \\\"x\\\"\" -> b\n"))),
            "# left out, for the double quote: \"say \\\"x\\\"\" -> b\n");
}

TEST(MysqlArcsTest, WhatIsWrittenReadsAsTheSame) {
  const std::string text =
      "ARC FROM \"mutex/a\" TO \"mutex/b\"\nARC FROM \"mutex/b\" TO \"mutex/c\" FLAGS LOOP\n";

  EXPECT_EQ(RenderMysqlArcs(SetOf(*ParseMysqlArcs("deps.txt", text))), text);
}

TEST(MysqlArcsTest, AReasonBecomesAComment) {
  const absl::StatusOr<OrderFile> file = ParseOrderFile("my.order", "b -> c  # because\na -> b\n");

  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(RenderMysqlArcs(SetOf(*file)),
            "ARC FROM \"a\" TO \"b\"\n# because\nARC FROM \"b\" TO \"c\"\n");
}

}  // namespace
}  // namespace lockdep::order
