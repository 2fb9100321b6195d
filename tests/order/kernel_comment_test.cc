#include "lockdep/order/kernel_comment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/order/kernel_names.h"

namespace lockdep::order {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

OrderFile Parse(absl::string_view text) {
  absl::StatusOr<OrderFile> file = ParseKernelComment("tree/mm/x.c", "mm/x.c", text);
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : OrderFile{};
}

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<OrderFile> file = ParseKernelComment("tree/mm/x.c", "mm/x.c", text);
  EXPECT_FALSE(file.ok()) << "accepted: " << text;
  return std::string(file.status().message());
}

// "from -> to @line (why)" of every arc, sections parted by "--".
std::vector<std::string> Arcs(const OrderFile& file) {
  std::vector<std::string> lines;
  for (const Section& section : file.sections) {
    if (!lines.empty()) lines.emplace_back("--");
    for (const Arc& arc : section.arcs) {
      std::string line = absl::StrCat(arc.from, " -> ", arc.to, " @", arc.line);
      if (!arc.why.empty()) absl::StrAppend(&line, " (", arc.why, ")");
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(KernelCommentTest, ALockIsTakenInsideTheOneThatStandsFurtherOut) {
  const OrderFile file = Parse(
      "int before;\n"
      "/*\n"
      " * Lock ordering in zoo:\n"
      " *\n"
      " * gate (by the keeper)\n"
      " *   cage\n"
      " *     bowl (feeding, cleaning)\n"
      " *     door\n"
      " *   path (everyone)\n"
      " */\n");

  EXPECT_THAT(Arcs(file), ElementsAre("gate -> cage @6", "cage -> bowl @7 (feeding, cleaning)",
                                      "cage -> door @8", "gate -> path @9 (everyone)"));
  EXPECT_EQ(file.path, "tree/mm/x.c");
  EXPECT_EQ(file.sections[0].source, "mm/x.c");
  EXPECT_EQ(file.sections[0].arcs[0].source_line, 6);
}

TEST(KernelCommentTest, ABlankLineEndsATree) {
  EXPECT_THAT(Arcs(Parse("/* \n * Lock ordering:\n * a\n *   b\n *\n *   c\n *     d\n */")),
              ElementsAre("a -> b @4", "--", "c -> d @7"));
}

TEST(KernelCommentTest, ATreeOfOneLockOrdersNothing) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n * a\n *\n * b\n *  c\n */")),
              ElementsAre("b -> c @6"));
}

TEST(KernelCommentTest, ALockMayStandBetweenTwoIndentations) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n * a\n *     b\n *   c\n *     d\n */")),
              ElementsAre("a -> b @4", "a -> c @5", "c -> d @6"));
}

TEST(KernelCommentTest, OrAndCommaPartTwoLocksAtOnePlace) {
  EXPECT_THAT(
      Arcs(Parse("/*\n * Lock ordering:\n * a,b   (here or there, always)\n"
                 " *   ->c or d\n *     e\n */")),
      ElementsAre("a -> c @4", "a -> d @4", "b -> c @4", "b -> d @4", "c -> e @5", "d -> e @5"));
}

TEST(KernelCommentTest, ALeadingArrowIsDecorationAndAnInnerOneIsPartOfTheName) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n *  ->a\n *    ->b->c\n *    d->e\n */")),
              ElementsAre("a -> b->c @4", "a -> d->e @5"));
}

TEST(KernelCommentTest, TextInParenthesesMayGoOnInTheNextLines) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n * a\n *   b (one,\n *          two (2),\n"
                         " *\tthree)\n *   c (f())\n */")),
              ElementsAre("a -> b @4 (one, two (2), three)", "a -> c @7 (f())"));
}

TEST(KernelCommentTest, TabsIndentToStopsOfEight) {
  // " *" and a tab end in column 8, as the six blanks of the line before do.
  EXPECT_THAT(
      Arcs(Parse("/*\n * Lock ordering:\n * a\t\t(x)\n *      b\t(y)\n *\tc\n *\t  d\n */")),
      ElementsAre("a -> b @4 (y)", "a -> c @5", "c -> d @6"));
}

TEST(KernelCommentTest, UnderItsHeadingHugetlbHasLocksOfItsOwn) {
  const OrderFile file = Parse(
      "/*\n * Lock ordering in mm:\n"
      " * vma_lock\n *   mapping->i_mmap_rwsem\n *     folio_lock\n *\n"
      " * hugetlbfs locks in this order:\n"
      " *   vma_lock (for sharing)\n *     mapping->i_mmap_rwsem\n *       folio_lock\n *\n"
      " * x\n *   vma_lock\n */");

  EXPECT_THAT(
      Arcs(file),
      ElementsAre("vma_lock -> mapping->i_mmap_rwsem @4", "mapping->i_mmap_rwsem -> folio_lock @5",
                  "--", "hugetlb_vma_lock -> hugetlbfs_i_mmap_rwsem_key @9",
                  "hugetlbfs_i_mmap_rwsem_key -> folio_lock @10", "--", "x -> vma_lock @13"));
}

TEST(KernelCommentTest, AnotherHeadingEndsATreeAndChangesNoNames) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n * a\n * Others:\n *   vma_lock\n *     b\n */")),
              ElementsAre("vma_lock -> b @6"));
}

TEST(KernelCommentTest, SpellingsOfOneLockBecomeOneName) {
  const OrderFile file = Parse(
      "/*\n * Lock ordering:\n *  ->i_rwsem\n *    ->mmap_lock\n *      ->lock_page\n"
      " *        ->i_mmap_rwsem\n *          ->anon_vma.lock\n"
      " *            ->page_table_lock or pte map lock\n *\n"
      " *  bdi->wb.list_lock\n *    ->private_lock\n *      folio_lock_memcg move_lock\n */");

  EXPECT_THAT(
      Arcs(file),
      ElementsAre("inode->i_rwsem -> mm->mmap_lock @4", "mm->mmap_lock -> folio_lock @5",
                  "folio_lock -> mapping->i_mmap_rwsem @6",
                  "mapping->i_mmap_rwsem -> anon_vma->rwsem @7",
                  "anon_vma->rwsem -> mm->page_table_lock @8", "anon_vma->rwsem -> pte_lock @8",
                  "--", "bdi.wb->list_lock -> mapping->private_lock @11",
                  "mapping->private_lock -> memcg->move_lock @12"));
}

TEST(KernelNamesTest, NoSpellingIsTheNameOfAnotherLockOrStandsTwice) {
  for (const KernelName& row : KernelNames()) {
    EXPECT_EQ(CanonicalKernelName(row.spelling, row.part), row.name) << row.spelling;
    EXPECT_EQ(CanonicalKernelName(row.name, KernelPart::kAnywhere), row.name);
  }
}

TEST(KernelNamesTest, AnUnknownNameStaysAsItIs) {
  EXPECT_EQ(CanonicalKernelName("some->lock", KernelPart::kHugetlb), "some->lock");
}

TEST(KernelCommentTest, OnlyTheFirstLockOrderCommentCounts) {
  EXPECT_THAT(Arcs(Parse("/* a: b */\n/*\n * Lock ordering:\n * a\n *  b\n */\n"
                         "/*\n * Lock ordering:\n * c\n *  d\n */\n")),
              ElementsAre("a -> b @5"));
}

TEST(KernelCommentTest, TheLastLockMayStandBeforeTheEndOfTheComment) {
  EXPECT_THAT(Arcs(Parse("/*\n * Lock ordering:\n * a\n *  b */ int x; /* c */")),
              ElementsAre("a -> b @4"));
}

TEST(KernelCommentTest, ControlCharactersDoNotReachNamesOrReasons) {
  EXPECT_THAT(Arcs(Parse("/*\r\n * Lock ordering:\r\n * a\r\n *  b (x\x1b[31m\ty)\r\n */\r\n")),
              ElementsAre("a -> b @4 (x [31m y)"));
}

TEST(KernelCommentTest, AFileWithoutSuchACommentIsRefused) {
  EXPECT_THAT(ErrorOf("int x;\n/* Lock ordering: none */\n"),
              HasSubstr("tree/mm/x.c:3: no lock-order comment; expected"));
}

TEST(KernelCommentTest, ACommentThatDoesNotEndIsRefused) {
  EXPECT_THAT(ErrorOf("/*\n * Lock ordering:\n * a\n *   b\n"),
              HasSubstr("does not end; expected"));
}

TEST(KernelCommentTest, ACommentThatOrdersNothingIsRefused) {
  EXPECT_THAT(ErrorOf("/*\n * Lock ordering:\n * a\n * b\n */"),
              StartsWith("tree/mm/x.c:5: the lock-order comment orders nothing; expected"));
}

TEST(KernelCommentTest, AParenthesisThatIsNotClosedIsRefusedWithItsLine) {
  EXPECT_THAT(ErrorOf("/*\n * Lock ordering:\n * a\n *   b (c\n *   d\n */"),
              StartsWith("tree/mm/x.c:4: a parenthesis is not closed; expected"));
}

TEST(KernelCommentTest, ALineWithoutALockIsRefused) {
  EXPECT_THAT(ErrorOf("/*\n * Lock ordering:\n * a\n *   (why)\n */"),
              StartsWith("tree/mm/x.c:4: no lock in this line; expected"));
}

TEST(KernelCommentTest, ALockInsideItselfIsRefused) {
  EXPECT_THAT(ErrorOf("/*\n * Lock ordering:\n * ->mmap_lock\n *   mm->mmap_lock\n */"),
              StartsWith("tree/mm/x.c:4: 'mm->mmap_lock' stands inside itself"));
}

TEST(KernelCommentTest, ANameHasALongestLength) {
  const std::string name(kMaxNameLength + 1, 'n');
  EXPECT_THAT(ErrorOf(absl::StrCat("/*\n * Lock ordering:\n * a\n *   ", name, "\n */")),
              StartsWith("tree/mm/x.c:4: a name of 4097 bytes; expected"));
}

class KernelTreeTest : public ::testing::Test {
 protected:
  KernelTreeTest() { std::filesystem::create_directories(directory_ + "/mm"); }
  ~KernelTreeTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name) << text;
  }

  const std::string directory_ =
      absl::StrCat(::testing::TempDir(), "tree_", ::testing::UnitTest::GetInstance()->random_seed(),
                   "_", ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

constexpr char kSmallComment[] = "/*\n * Lock ordering:\n * a\n *   b\n */\n";

TEST_F(KernelTreeTest, BothFilesAreReadAndTheMakefileGivesTheVersion) {
  Write("Makefile", "VERSION = 9\nPATCHLEVEL = 4\nSUBLEVEL = 1\n");
  Write("mm/rmap.c", kSmallComment);
  Write("mm/filemap.c", kSmallComment);

  const auto files = ReadKernelTree(directory_);

  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_THAT(*files, SizeIs(2));
  EXPECT_EQ((*files)[0].path, directory_ + "/mm/rmap.c");
  EXPECT_EQ((*files)[0].sections[0].source, "linux-9.4 mm/rmap.c");
  EXPECT_EQ((*files)[1].sections[0].source, "linux-9.4 mm/filemap.c");
}

TEST_F(KernelTreeTest, WithoutAMakefileTheVersionIsUnknown) {
  Write("mm/rmap.c", kSmallComment);
  Write("mm/filemap.c", kSmallComment);

  const auto files = ReadKernelTree(directory_);

  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].sections[0].source, "mm/rmap.c");
}

TEST_F(KernelTreeTest, AMissingFileIsNamed) {
  Write("mm/rmap.c", kSmallComment);

  const auto files = ReadKernelTree(directory_);

  ASSERT_FALSE(files.ok());
  EXPECT_THAT(std::string(files.status().message()),
              HasSubstr("/mm/filemap.c: cannot read it: No such file or directory; expected"));
}

}  // namespace
}  // namespace lockdep::order
