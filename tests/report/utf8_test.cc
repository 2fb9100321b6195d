#include "lockdep/report/utf8.h"

#include <gtest/gtest.h>

namespace lockdep::report {
namespace {

TEST(InertTest, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(Inert("mm->mmap_lock"), "mm->mmap_lock");
  EXPECT_EQ(Inert("Überweisung, 送金, 🔒"), "Überweisung, 送金, 🔒");
  EXPECT_EQ(Inert(""), "");
}

TEST(InertTest, ShowsControlCharactersAndEscapeSequences) {
  EXPECT_EQ(Inert("a\nb\tc"), "a\\x0ab\\x09c");
  EXPECT_EQ(Inert("\033[31mred\033[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(Inert("\x7f"), "\\x7f");
  EXPECT_EQ(Inert("\u009b31m"), "\\u{9b}31m");
  EXPECT_EQ(Inert(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(InertTest, ShowsMarksThatReverseOrHideText) {
  EXPECT_EQ(Inert("\u202egnol"), "\\u{202e}gnol");
  EXPECT_EQ(Inert("a\u200bb"), "a\\u{200b}b");
  EXPECT_EQ(Inert("\ufeffx"), "\\u{feff}x");
}

TEST(InertTest, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(Inert("\xff"), "\\xff");
  EXPECT_EQ(Inert("\xc3"), "\\xc3");
  EXPECT_EQ(Inert("\xc0\x80"), "\\xc0\\x80") << "an overlong form";
  EXPECT_EQ(Inert("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a surrogate pair";
  EXPECT_EQ(Inert("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last character";
}

TEST(InertTest, ShowsNoncharacters) { EXPECT_EQ(Inert("\ufffe"), "\\u{fffe}"); }

TEST(InertLinesTest, KeepsTheEndsOfLines) {
  EXPECT_EQ(InertLines("a\033\n\nb\r"), "a\\x1b\n\nb\\x0d");
  EXPECT_EQ(InertLines(""), "");
  EXPECT_EQ(InertLines("a\n"), "a\n");
}

TEST(CutToTest, NeverCutsACharacter) {
  EXPECT_EQ(CutTo("abcdef", 6), "abcdef");
  EXPECT_EQ(CutTo("abcdefg", 6), "abc\u2026");
  EXPECT_EQ(CutTo("\u00fc\u00fc\u00fc\u00fc", 6), "\u00fc\u2026");
}

TEST(ValidUtf8Test, ReplacesOnlyWhatIsInvalid) {
  EXPECT_EQ(ValidUtf8("grün\n\033"), "grün\n\033");
  EXPECT_EQ(ValidUtf8("a\xff"
                      "b"),
            "a\uFFFDb");
}

}  // namespace
}  // namespace lockdep::report
