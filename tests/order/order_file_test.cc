#include "lockdep/order/order_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace lockdep::order {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

OrderFile Parse(absl::string_view text) {
  absl::StatusOr<OrderFile> file = ParseOrderFile("my.order", text);
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : OrderFile{};
}

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<OrderFile> file = ParseOrderFile("my.order", text);
  EXPECT_FALSE(file.ok()) << "accepted: " << text;
  return std::string(file.status().message());
}

// The only arc of `text`.
Arc ParseArc(absl::string_view text) {
  const OrderFile file = Parse(text);
  if (file.sections.size() != 1 || file.sections[0].arcs.size() != 1) {
    ADD_FAILURE() << "not one arc: " << text;
    return {};
  }
  return file.sections[0].arcs[0];
}

TEST(OrderFileTest, AnArcHasTwoNamesAReasonAndALine) {
  const Arc arc = ParseArc("\n\n  a  ->\tb   #  because of c  \n");

  EXPECT_EQ(arc.from, "a");
  EXPECT_EQ(arc.to, "b");
  EXPECT_EQ(arc.why, "because of c");
  EXPECT_EQ(arc.line, 3);
  EXPECT_EQ(arc.source_line, 0);
  EXPECT_EQ(arc.status, ArcStatus::kDeclared);
}

TEST(OrderFileTest, ANameMayHoldAnArrowANumberSignAndAnEqualsSign) {
  const Arc arc = ParseArc("mm->mmap_lock -> &xa->xa_lock#2=x");

  EXPECT_EQ(arc.from, "mm->mmap_lock");
  EXPECT_EQ(arc.to, "&xa->xa_lock#2=x");
  EXPECT_EQ(arc.why, "");
}

TEST(OrderFileTest, AQuotedNameMayHoldAnything) {
  const Arc arc = ParseArc(R"("i_pages lock" -> "a \"b\" -> #\x01\\")");

  EXPECT_EQ(arc.from, "i_pages lock");
  EXPECT_EQ(arc.to, "a \"b\" -> #\x01\\");
}

TEST(OrderFileTest, ALockMayBeCalledLikeADirective) {
  EXPECT_EQ(ParseArc("include -> x").from, "include");
  EXPECT_EQ(ParseArc("source -> x").from, "source");
  EXPECT_EQ(ParseArc("alias -> x").from, "alias");
  EXPECT_EQ(ParseArc("x -> stale").to, "stale");
}

TEST(OrderFileTest, ASourceGivesArcsAPlaceElsewhere) {
  const OrderFile file = Parse("source \"mm/rmap.c\"\na -> b @32 # why\nc -> d\n");

  ASSERT_EQ(file.sections.size(), 1u);
  const Section& section = file.sections[0];
  ASSERT_EQ(section.arcs.size(), 2u);
  EXPECT_EQ(section.source, "mm/rmap.c");
  EXPECT_EQ(section.arcs[0].source_line, 32);
  EXPECT_EQ(section.arcs[0].line, 2);
  EXPECT_EQ(Describe(file, section, section.arcs[0]), "mm/rmap.c:32: a -> b (why)");
  EXPECT_EQ(Describe(file, section, section.arcs[1]), "mm/rmap.c (my.order:3): c -> d");
}

TEST(OrderFileTest, WithoutASourceAnArcStandsWhereItIsWritten) {
  const OrderFile file = Parse("a -> \"b c\"");

  EXPECT_EQ(Describe(file, file.sections[0], file.sections[0].arcs[0]), "my.order:1: a -> \"b c\"");
}

TEST(OrderFileTest, EverySourceLineBeginsASection) {
  const OrderFile file =
      Parse("a -> b\nsource \"S\"\nc -> d\nsource \"S\"\nsource \"T\"\ne -> f\n");

  ASSERT_EQ(file.sections.size(), 3u);
  EXPECT_EQ(file.sections[0].source, "");
  EXPECT_EQ(file.sections[1].source, "S");
  EXPECT_EQ(file.sections[2].source, "T");
}

TEST(OrderFileTest, AnArcCanBeStale) {
  EXPECT_EQ(ParseArc("a -> b stale # gone").status, ArcStatus::kStale);
  EXPECT_EQ(ParseArc("source \"S\"\na -> b stale @7").source_line, 7);
}

TEST(OrderFileTest, AnAliasMayGiveSeveralSpellings) {
  const OrderFile file = Parse("alias a = b = \"c d\"\n");

  EXPECT_THAT(file.aliases, ElementsAre(Alias{"a", "b", 1}, Alias{"a", "c d", 1}));
}

TEST(OrderFileTest, IncludesAreNotedWithTheirLines) {
  EXPECT_THAT(Parse("# x\ninclude \"a b.order\" # y\n").includes,
              ElementsAre(Include{"a b.order", 2}));
}

TEST(OrderFileTest, CommentsBlankLinesCarriageReturnsAndAByteOrderMarkMeanNothing) {
  EXPECT_THAT(Parse("").sections, IsEmpty());
  EXPECT_THAT(Parse("\xEF\xBB\xBF# only a comment -> here\r\n\r\n  \t\n").sections, IsEmpty());
  EXPECT_EQ(ParseArc("\xEF\xBB\xBF"
                     "a -> b\r\n")
                .to,
            "b");
}

struct BadCase {
  const char* text;
  const char* error;
};

class BadOrderFileTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadOrderFileTest, IsRefusedWithItsLineAReasonAndWhatIsExpected) {
  const std::string error = ErrorOf(absl::StrCat("good -> arc\n", GetParam().text));

  EXPECT_THAT(error, StartsWith(absl::StrCat("my.order:2: ", GetParam().error)));
  EXPECT_THAT(error, HasSubstr("expected"));
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    , BadOrderFileTest,
    ::testing::Values(
        BadCase{"a", "cannot be understood"}, BadCase{"a b", "cannot be understood"},
        BadCase{"a ->", "cannot be understood"}, BadCase{"-> b", "cannot be understood"},
        BadCase{"a->b", "'a->b' is one name; expected blanks around the arrow"},
        BadCase{"a -> ->", "'->' where a name belongs"},
        BadCase{"a -> b -> c", "a second arrow; expected one arc a line"},
        BadCase{"a -> a", "orders a before itself"},
        BadCase{"a -> b @7", "'@LINE' without a source"}, BadCase{"a -> b c", "'c' behind the arc"},
        BadCase{"a -> b \"stale\"", "'stale' behind the arc"},
        BadCase{"a -> \"\"", "an empty name"}, BadCase{"a -> \"b", "no closing quote"},
        BadCase{"a -> \"b\\", "no closing quote"}, BadCase{"a -> b\"c\"", "a quote inside a name"},
        BadCase{"a -> \"b\"c", "text right behind a closing quote"},
        BadCase{"a -> \"\\q\"", "bad escape in a quoted string"},
        BadCase{"a -> \"b\\0c\"", "a NUL in a name"},
        BadCase{"a -> b\x01", "control character 0x01"},
        BadCase{"a -> b # \x1b[31m", "control character 0x1b"},
        BadCase{"alias a", "an alias without two names"},
        BadCase{"alias a =", "an alias without two names"},
        BadCase{"alias a = b =", "an alias without two names"},
        BadCase{"alias a is b", "'is' between the names"},
        BadCase{"alias a = =", "'=' where a name belongs"},
        BadCase{"include", "'include' without one text in quotes"},
        BadCase{"include x.order", "'include' without one text in quotes"},
        BadCase{"include \"a\" \"b\"", "'include' without one text in quotes"},
        BadCase{"include \"\"", "an empty name"},
        BadCase{"source mm/rmap.c", "'source' without one text in quotes"},
        BadCase{"source \"\"", "an empty name"},
        BadCase{"source \"a\\nb\"", "a control character in a source"}));

TEST(OrderFileTest, ALineOfASourceIsAPositiveNumber) {
  for (const char* line : {"@0", "@-1", "@x", "@", "@99999999999"}) {
    EXPECT_THAT(ErrorOf(absl::StrCat("source \"S\"\na -> b ", line)),
                StartsWith(absl::StrCat("my.order:2: '", line, "' is no line")));
  }
}

TEST(OrderFileTest, WhatAMessageShowsOfALineIsShortAndPrintable) {
  EXPECT_THAT(ErrorOf("a -> b \"\\n\\x1b\""), StartsWith("my.order:1: '\\n\\033' behind the arc"));
  EXPECT_LT(ErrorOf("a->b" + std::string(5000, 'x')).size(), 200u);
}

TEST(OrderFileTest, ANulByteIsRefused) {
  EXPECT_THAT(ErrorOf(absl::string_view("a -> b\0", 7)), HasSubstr("control character 0x00"));
}

TEST(OrderFileTest, ANameHasALongestLength) {
  const std::string longest(kMaxNameLength, 'n');

  EXPECT_EQ(ParseArc("a -> " + longest).to, longest);
  EXPECT_THAT(ErrorOf("a -> " + longest + "n"), StartsWith("my.order:1: a name of 4097 bytes"));
}

TEST(OrderFileTest, AFileHasALargestSize) {
  std::string text(kMaxFileSize, '\n');

  EXPECT_TRUE(ParseOrderFile("my.order", text).ok());
  text += '\n';
  EXPECT_THAT(ErrorOf(text), HasSubstr("my.order: 16777217 bytes; expected"));
}

TEST(OrderFileTest, WhatIsPrintedParsesToTheSame) {
  OrderFile file;
  file.includes = {{"other \"file\".order", 1}};
  file.aliases = {{"a", "an alias", 2}, {"=", "->", 3}};
  file.sections = {
      {"", {{"a", "include", ArcStatus::kDeclared, "why # not", 5, 0}}},
      {"S \\ T",
       {{"#x", "@1", ArcStatus::kStale, "", 8, 3}, {"\n", "\xC3\xA9\x7f", {}, "", 9, 0}}}};

  OrderFile again = Parse(FormatOrderFile(file));

  again.path = file.path;
  EXPECT_EQ(again, file) << FormatOrderFile(file);
}

TEST(OrderFileTest, OnlyNamesThatNeedQuotesGetThem) {
  EXPECT_EQ(FormatName("mm->mmap_lock"), "mm->mmap_lock");
  EXPECT_EQ(FormatName("&xa->xa_lock#2"), "&xa->xa_lock#2");
  EXPECT_EQ(FormatName("i_pages lock"), "\"i_pages lock\"");
  EXPECT_EQ(FormatName("#1"), "\"#1\"");
  EXPECT_EQ(FormatName("->"), "\"->\"");
  EXPECT_EQ(FormatName("alias"), "\"alias\"");
  EXPECT_EQ(FormatName("a\nb"), "\"a\\nb\"");
}

TEST(OrderFileTest, OneArcCanBePrintedAlone) {
  EXPECT_EQ(FormatArc({"a", "b c", ArcStatus::kStale, "why", 1, 7}),
            "a -> \"b c\"  @7  stale  # why");
  EXPECT_EQ(FormatArc({"a", "b", ArcStatus::kDeclared, "", 1, 0}), "a -> b");
}

}  // namespace
}  // namespace lockdep::order
