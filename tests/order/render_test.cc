#include "lockdep/order/render.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lockdep::order {
namespace {

OrderSet Make(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<OrderFile> files;
  for (const auto& [path, text] : texts) files.push_back(ParseOrderFile(path, text).value());
  return OrderSet::Make(std::move(files)).value();
}

TEST(RenderTest, TheListHasOneLineAnArcAndSaysWhatIsNotEnforced) {
  const OrderSet set = Make({{"a.order", "a -> b\nsource \"mm/x.c\"\nb -> \"c d\" @9 # why\n"},
                             {"b.order", "b -> a\nx -> y stale\n"}});

  EXPECT_EQ(RenderList(set),
            "a.order:1: a -> b  [in conflict: not enforced]\n"
            "mm/x.c:9: b -> \"c d\"  # why\n"
            "b.order:1: b -> a  [in conflict: not enforced]\n"
            "b.order:2: x -> y  [stale: not enforced]\n");
}

TEST(RenderTest, TheTreeUnfoldsEachLockOnce) {
  const OrderSet set =
      Make({{"a.order", "a -> b # f\na -> c\nb -> d\nc -> d\nd -> e\nsource \"S\"\nx -> y @7\n"}});

  EXPECT_EQ(RenderTree(set),
            "a.order\n"
            "  a\n"
            "    b  (line 1)  # f\n"
            "      d  (line 3)\n"
            "        e  (line 5)\n"
            "    c  (line 2)\n"
            "      d ...  (line 4)\n"
            "\n"
            "S\n"
            "  x\n"
            "    y  (line 7)\n");
}

TEST(RenderTest, TheTreeOfACircleEnds) {
  EXPECT_EQ(RenderTree(Make({{"a.order", "a -> b\nb -> a\n"}})),
            "a.order\n"
            "  a\n"
            "    b  (line 1)  [in conflict: not enforced]\n"
            "      a ...  (line 2)  [in conflict: not enforced]\n");
}

TEST(RenderTest, AVeryDeepTreeKeepsItsNamesInSight) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "n" + std::to_string(i) + " -> n" + std::to_string(i + 1) + "\n";

  const std::string tree = RenderTree(Make({{"a.order", text}}));

  EXPECT_NE(tree.find(std::string(80, ' ') + "n100"), std::string::npos);
  EXPECT_EQ(tree.find(std::string(81, ' ')), std::string::npos);
}

TEST(RenderTest, SeveralFilesBecomeOneThatSaysTheSame) {
  const OrderSet set = Make({{"a.order", "alias a = A\na -> b # one\n"},
                             {"b.order", "c -> d\nsource \"S\"\ne -> f @3\n"}});

  const std::string text = RenderOrderFile(set);

  EXPECT_EQ(
      text,
      "alias a = A\n\na -> b  # one\n\nsource \"b.order\"\nc -> d\n\nsource \"S\"\ne -> f  @3\n");
  EXPECT_EQ(RenderOrderFile(Make({{"again.order", text}})), text);
}

TEST(RenderTest, AConflictNamesItsLocksAndAllItsLines) {
  const OrderSet set = Make(
      {{"a.order", "source \"mm/x.c\"\na -> \"b c\" @3 # f\n"}, {"b.order", "\"b c\" -> a # g\n"}});

  EXPECT_EQ(RenderConflict(set.conflicts()[0]),
            "declared-order-conflict: a, \"b c\"\n"
            "  mm/x.c:3: a -> \"b c\" (f)  [a.order:2]\n"
            "  b.order:1: \"b c\" -> a (g)\n");
}

}  // namespace
}  // namespace lockdep::order
