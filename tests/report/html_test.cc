#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lockdep/report/html_explorer.h"
#include "lockdep/report/html_graph.h"
#include "lockdep/report/html_page.h"
#include "lockdep/report/html_tables.h"
#include "lockdep/report/html_text.h"
#include "lockdep/report/render.h"
#include "tests/report/hostile_report.h"

namespace lockdep::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Frame At(const std::string& function, const std::string& file, int line) {
  return {.function = function, .file = file, .line = line};
}

Finding Inversion() {
  Finding finding;
  finding.fingerprint = "00000000000000aa";
  finding.kind = "lock-order-inversion";
  finding.level = "feasible";
  finding.title = "transfer and audit disagree";
  finding.explanation = "Each may wait for the other.\nTo fix: use one order.\nTo suppress, do so.";
  finding.edges = {{.from = "accounts",
                    .to = "log",
                    .from_mode = "write",
                    .to_mode = "write",
                    .thread = "thread 2 (teller)",
                    .from_site = At("Transfer()", "/src/bank.cc", 41),
                    .to_site = At("Transfer()", "/src/bank.cc", 42),
                    .from_stack = {At("Transfer()", "/src/bank.cc", 41)},
                    .to_stack = {At("OnlyInTheStack()", "/src/bank.cc", 42)}},
                   {.from = "log",
                    .to = "accounts",
                    .from_mode = "write",
                    .to_mode = "write",
                    .thread = "thread 3 (auditor)",
                    .from_site = At("Audit()", "/src/audit.cc", 7),
                    .to_site = At("Audit()", "/src/audit.cc", 8)}};
  return finding;
}

Report SmallReport() {
  Report report;
  report.subject.command = "./bank --fast";
  report.coverage.lock_operations = 1234567;
  report.coverage.unobserved = {"Locks inside libc."};
  report.runs = {{report.subject, report.coverage}};
  report.findings = {Inversion()};
  report.classes = {{"accounts", "mutex", 0}, {"log", "mutex", 0}};
  report.dependencies = {{.from = "accounts", .to = "log", .kinds = {"EN"}},
                         {.from = "log", .to = "accounts", .kinds = {"EN"}},
                         {.from = "outer", .to = "inner", .declaration = "bank.order:3"}};
  return report;
}

// The page but for the graph library, whose text is not ours.
std::string PageOf(const Report& report) {
  std::string page = RenderHtml(report, {});
  if (HasGraphLibrary()) absl::StrReplaceAll({{kGraphLibrary, ""}}, &page);
  return page;
}

TEST(HtmlTest, EverySectionIsThereAndFindingsComeFirst) {
  const std::string page = PageOf(SmallReport());

  size_t last = 0;
  for (const char* id : {"findings", "graph", "classes", "orders", "runs", "unseen"}) {
    const size_t at = page.find(absl::StrCat("<section id=\"", id, "\">"));
    ASSERT_NE(at, page.npos) << id;
    EXPECT_GT(at, last) << id;
    last = at;
  }
}

TEST(HtmlTest, AttachedTablesStandBehindTheOrders) {
  Report report = SmallReport();
  EXPECT_EQ(AttachedTables(report), "");
  report.tables = {{.title = "Tills",
                    .note = "Who may open which.",
                    .columns = {"till", "who"},
                    .rows = {{"1", "<teller>"}, {"2", ""}}}};
  const std::string page = PageOf(report);
  EXPECT_THAT(page, AllOf(HasSubstr("<h2>Tills</h2>"), HasSubstr("Who may open which."),
                          HasSubstr("&lt;teller&gt;")));
  const size_t at = page.find("<h2>Tills</h2>");
  EXPECT_GT(at, page.find("<section id=\"orders\">"));
  EXPECT_LT(at, page.find("<section id=\"runs\">"));
}

TEST(HtmlTest, AFindingTellsItsStory) {
  const std::string page = PageOf(SmallReport());

  EXPECT_THAT(
      page, AllOf(HasSubstr("1 locking error can happen"), HasSubstr("transfer and audit disagree"),
                  HasSubstr("Thread 2 (teller)"), HasSubstr("Thread 3 (auditor)"),
                  HasSubstr("waits for <code>log</code>"), HasSubstr("bank.cc:41"),
                  HasSubstr("OnlyInTheStack()"), HasSubstr("Why feasible")));
  EXPECT_THAT(page, AllOf(HasSubstr("Use one order."), Not(HasSubstr("To fix:")),
                          Not(HasSubstr("To suppress"))));
  EXPECT_THAT(page, HasSubstr("00000000000000aa lock-order-inversion accounts log reason="));
}

TEST(HtmlTest, ASuppressedFindingLooksIt) {
  Report report = SmallReport();
  EXPECT_THAT(PageOf(report), Not(HasSubstr("feasible suppressed\"")));

  report.findings[0].suppressed_by = "ci/locks.baseline: known";

  EXPECT_THAT(PageOf(report), AllOf(HasSubstr("<article class=\"finding feasible suppressed\""),
                                    HasSubstr("<span class=\"badge\">suppressed</span>"),
                                    HasSubstr("ci/locks.baseline: known")));
}

TEST(HtmlTest, HowRunsEndedIsToldIfAnybodyKnows) {
  Report report = SmallReport();
  report.runs = {{.subject = {.command = "one"}}, {.subject = {.command = "two"}}};
  EXPECT_THAT(RunTable(report), AllOf(HasSubstr("two"), Not(HasSubstr("Exit"))));

  report.runs[1].subject.exit_status = 139;

  EXPECT_THAT(RunTable(report),
              AllOf(HasSubstr("Exit"), HasSubstr("unknown"), HasSubstr("139 (signal 11)")));
}

TEST(HtmlTest, ThreadsActOneAfterTheOther) {
  const std::string page = PageOf(SmallReport());
  const std::regex step("<td class=\"when\">\\d</td>");

  EXPECT_EQ(std::distance(std::sregex_iterator(page.begin(), page.end(), step), {}), 4);
}

TEST(HtmlTest, ADeclaredStepIsShownAsADeclarationAndNotAsAThread) {
  Report report = SmallReport();
  report.findings[0].kind = "declared-order-violation";
  report.findings[0].edges[1].declaration = "mm/rmap.c:27: log -> accounts";

  const std::string page = PageOf(report);

  EXPECT_THAT(page, AllOf(HasSubstr("Declared order</th>"), HasSubstr("mm/rmap.c:27"),
                          Not(HasSubstr("(auditor)</th>"))));
}

TEST(HtmlTest, AnExclusionIsExplained) {
  Report report = SmallReport();
  report.findings[0].level = "note";
  report.findings[0].reasons = {"gate-lock: big_lock"};

  EXPECT_THAT(PageOf(report),
              AllOf(HasSubstr("gate-lock: big_lock"), HasSubstr("one outer lock was held")));
}

TEST(HtmlTest, ACleanRunAndAnEmptyRunAreToldApart) {
  Report clean = SmallReport();
  clean.findings.clear();
  Report empty = clean;
  empty.coverage.lock_operations = 0;

  EXPECT_THAT(PageOf(clean),
              AllOf(HasSubstr("No locking error found"), Not(HasSubstr("proves nothing"))));
  EXPECT_THAT(PageOf(empty), AllOf(HasSubstr("Nothing was observed"), HasSubstr("proves nothing"),
                                   Not(HasSubstr("No locking error found"))));
}

TEST(HtmlTest, DeclaredArcsAreCountedAsExercisedOrNot) {
  Report report = SmallReport();
  EXPECT_THAT(PageOf(report), HasSubstr("0 of 1 declared arc were exercised"));

  report.dependencies[2].kinds = {"EN"};
  EXPECT_THAT(PageOf(report), HasSubstr("1 of 1 declared arc were exercised"));
}

TEST(HtmlTest, TheGraphIsDataForTheExplorer) {
  Report report = SmallReport();
  report.dependencies[0].to_site = At("Transfer()", "/src/bank.cc", 42);

  EXPECT_EQ(GraphData(report),
            R"({"edges":[[0,1,5,"EN","Transfer() at bank.cc:42"],[1,0,5,"EN",""],)"
            R"([2,3,2,"",""]],"nodes":[["accounts","mutex",1],["log","mutex",1],)"
            R"(["outer","lock",0],["inner","lock",0]]})");
}

TEST(HtmlTest, NoNameEndsTheDataOfTheExplorer) {
  Report report = SmallReport();
  report.dependencies[0].from = "</script><script>alert(1)//<!--\xff";

  EXPECT_THAT(GraphData(report), Not(HasSubstr("<")));
}

TEST(HtmlTest, ThePageHasItsExplorerIfTheBuildHasTheLibrary) {
  const bool has = absl::StrContains(RenderHtml(SmallReport(), {}), "id=\"graph-explorer\"");

  EXPECT_EQ(has, HasGraphLibrary());
  EXPECT_THAT(PageOf(SmallReport()), HasSubstr("class=\"graph plain-graph\""));
}

TEST(HtmlTest, SourceThatIsAtHandIsQuoted) {
  char root[] = "/tmp/lockdep-html-test.XXXXXX";
  ASSERT_NE(mkdtemp(root), nullptr);
  std::ofstream(absl::StrCat(root, "/bank.cc")) << "one\ntwo\n  lock(<audit>);\nfour\nfive\nsix\n";
  Report report = SmallReport();
  report.findings[0].edges[0].from_stack = {At("Transfer()", absl::StrCat(root, "/bank.cc"), 3)};

  const std::string page = RenderHtml(report, {.source_root = root});
  std::filesystem::remove_all(root);

  EXPECT_THAT(page, HasSubstr("    3 </span>  lock(&lt;audit&gt;);</mark>"));
  EXPECT_THAT(page, AllOf(HasSubstr("</span>five"), Not(HasSubstr("</span>six"))));
}

TEST(HtmlTest, TheSameReportGivesTheSameBytes) {
  EXPECT_EQ(PageOf(SmallReport()), PageOf(SmallReport()));
}

TEST(HtmlTest, ThePageReachesForNothingOutsideItself) {
  const std::string page = PageOf(SmallReport());
  const std::regex outside(
      "(src|href|action)=[\"']?[^#\"']|url\\([^#]|@import|fetch\\(|XMLHttpRequest|//[a-z]+\\.");

  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, AllOf(HasSubstr("style-src 'sha256-"), HasSubstr("script-src 'sha256-"),
                          Not(HasSubstr("unsafe-inline"))));
  EXPECT_FALSE(std::regex_search(page, outside));
  // A style attribute would need a looser policy.
  EXPECT_THAT(page, AllOf(Not(HasSubstr(" style=")), Not(HasSubstr(" onclick="))));
}

// Without those that Prose adds to an arrow.
std::vector<std::string> TagsOf(std::string page) {
  absl::StrReplaceAll({{"<span class=\"arrow\">-&gt;</span>", "-&gt;"}}, &page);
  const std::regex tag("<[^>]*>");
  std::vector<std::string> tags;
  for (std::sregex_iterator at(page.begin(), page.end(), tag), end; at != end; ++at) {
    tags.push_back(std::regex_replace(at->str(), std::regex("\"[^\"]*\""), "\"\""));
  }
  return tags;
}

TEST(HtmlTest, HostileNamesAddNoMarkup) {
  const std::vector<std::string> harmless = TagsOf(PageOf(ReportFullOf("harmless")));
  for (const char* name :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><b>", "</title>",
        "</style><script>", "-->", "&lt;script&gt;", "{{content}}", "a\" onmouseover=\"alert(1)"}) {
    EXPECT_EQ(TagsOf(PageOf(ReportFullOf(name))), harmless) << name;
  }
}

TEST(HtmlTest, TextOnlyBytesReachThePage) {
  const std::string page = PageOf(ReportFullOf("x\x1b[31m\xe2\x80\xae\x01\xff y"));

  for (const char* byte : {"\x1b", "\x01", "\xe2\x80\xae", "\xff"}) {
    EXPECT_THAT(page, Not(HasSubstr(byte)));
  }
}

TEST(HtmlTextTest, MarkupBecomesText) {
  EXPECT_EQ(Escaped("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(Escaped("plain ünïcode"), "plain ünïcode");
}

TEST(HtmlTextTest, ProseKeepsTheArrowOfALockNameTogether) {
  EXPECT_EQ(Prose("mm->mmap_lock"), "mm<span class=\"arrow\">-&gt;</span>mmap_lock");
  EXPECT_EQ(Prose("-<>a-b"), Escaped("-<>a-b"));
}

TEST(HtmlTextTest, NumbersAreGrouped) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
}

TEST(HtmlTablesTest, ALongTableIsCutAndSaysSo) {
  Report report;
  for (size_t i = 0; i < kMaxRows; ++i) {
    report.dependencies.push_back({.from = absl::StrCat("L", i), .to = "end", .kinds = {"EN"}});
  }
  EXPECT_THAT(DependencyTable(report, {}), Not(HasSubstr("are shown")));

  report.dependencies.push_back({.from = "last", .to = "end", .kinds = {"EN"}});

  EXPECT_THAT(DependencyTable(report, {}),
              AllOf(HasSubstr("The first 5,000 of 5,001 are shown"), Not(HasSubstr(">last<"))));
  EXPECT_THAT(DependencyTable(report, {{"last", "end"}}), HasSubstr(">last<"))
      << "what is in a finding comes first";
}

Report ChainOf(size_t classes) {
  Report report;
  for (size_t i = 0; i + 1 < classes; ++i) {
    report.dependencies.push_back(
        {.from = absl::StrCat("L", i), .to = absl::StrCat("L", i + 1), .kinds = {"EN"}});
  }
  return report;
}

TEST(HtmlGraphTest, ASmallGraphIsDrawnAndALargeOneOnlyWhereFindingsAre) {
  EXPECT_THAT(GraphHtml(ChainOf(kMaxPicturedClasses), {}), HasSubstr("<svg"));
  EXPECT_EQ(GraphHtml(ChainOf(kMaxPicturedClasses + 1), {}), "");
  EXPECT_THAT(GraphHtml(ChainOf(kMaxPicturedClasses + 1), {{"L3", "L4"}}),
              AllOf(HasSubstr("<svg"), HasSubstr(">L3<"), Not(HasSubstr(">L9<"))));
}

TEST(HtmlGraphTest, OuterLocksStandAboveInnerOnes) {
  const std::string svg = GraphHtml(ChainOf(3), {});

  std::vector<int> heights;
  const std::regex label("y=\"(\\d+)\">L\\d<");
  for (std::sregex_iterator at(svg.begin(), svg.end(), label), end; at != end; ++at) {
    heights.push_back(std::stoi((*at)[1]));
  }
  ASSERT_EQ(heights.size(), 3u);
  EXPECT_LT(heights[0], heights[1]);
  EXPECT_LT(heights[1], heights[2]);
}

TEST(HtmlGraphTest, CirclesAndSelfLoopsAreDrawnToo) {
  Report report = ChainOf(3);
  report.dependencies.push_back({.from = "L2", .to = "L0", .kinds = {"EN"}});
  report.dependencies.push_back({.from = "L1", .to = "L1", .kinds = {"EN"}});

  EXPECT_THAT(GraphHtml(report, {}), HasSubstr("L2 → L0"));
}

}  // namespace
}  // namespace lockdep::report
