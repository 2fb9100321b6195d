#include "lockdep/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "lockdep/report/render.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<Report> report = ReadJson("r.json", text);
  EXPECT_FALSE(report.ok());
  return std::string(report.status().message());
}

// The sample with one value replaced, addressed by a JSON pointer.
std::string With(const std::string& pointer, const nlohmann::json& value) {
  nlohmann::json json = nlohmann::json::parse(RenderJson(SampleReport()));
  json[nlohmann::json::json_pointer(pointer)] = value;
  return json.dump();
}

std::string Without(const std::string& parent, const std::string& key) {
  nlohmann::json json = nlohmann::json::parse(RenderJson(SampleReport()));
  json[nlohmann::json::json_pointer(parent)].erase(key);
  return json.dump();
}

TEST(JsonTest, ReadsBackWhatItWrites) {
  const Report report = SampleReport();

  const absl::StatusOr<Report> read = ReadJson("r", RenderJson(report));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, report);
}

TEST(JsonTest, ReadsBackAnEmptyReport) {
  const absl::StatusOr<Report> read = ReadJson("r", RenderJson(Report()));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Report());
}

TEST(JsonTest, ReadsBackHostileNamesAndExtremeNumbers) {
  Report report = SampleReport();
  report.subject.command = HostileName();
  report.subject.pid = INT64_MIN;
  report.subject.exit_status = -1;
  report.findings[0].title = HostileName();
  report.findings[0].locks[0].created_at[0].offset = UINT64_MAX;
  report.classes[0].name = std::string("with a \0 inside", 15);

  const absl::StatusOr<Report> read = ReadJson("r", RenderJson(report));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, report);
  EXPECT_THAT(RenderJson(report), Not(HasSubstr("\033")));
}

TEST(JsonTest, BytesThatAreNoTextDoNotBreakTheFile) {
  Report report = SampleReport();
  report.subject.command = "bad \xff byte";

  const absl::StatusOr<Report> read = ReadJson("r", RenderJson(report));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->subject.command, "bad \uFFFD byte");
}

TEST(JsonTest, IgnoresKeysThatItDoesNotKnow) {
  const absl::StatusOr<Report> read = ReadJson("r", With("/findings/0/future", {1, 2}));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SampleReport());
}

TEST(JsonTest, DoesWithoutWhatIsOurAddition) {
  const absl::StatusOr<Report> read = ReadJson("r", Without("", "runs"));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->runs.empty());
}

TEST(JsonTest, RefusesWhatIsNoReport) {
  EXPECT_THAT(ErrorOf("{\n\"schema\": oops}"),
              HasSubstr("r.json: no valid JSON: parse error at line 2"));
  EXPECT_THAT(ErrorOf("[1]"), HasSubstr("r.json: not a lockdep report"));
  EXPECT_THAT(ErrorOf("{\"schema\":\"other\"}"), HasSubstr("not a lockdep report"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("no valid JSON"));
}

TEST(JsonTest, RefusesAnotherVersion) {
  EXPECT_THAT(ErrorOf(With("/version", 2)),
              HasSubstr("report version 2; this tool reads version 1"));
  EXPECT_THAT(ErrorOf(With("/version", "1")), HasSubstr("\"version\" should be a number"));
}

TEST(JsonTest, NamesThePlaceOfAFault) {
  EXPECT_THAT(ErrorOf(Without("/findings/0", "level")),
              HasSubstr("r.json: findings[0]: has no \"level\""));
  EXPECT_THAT(ErrorOf(With("/findings/0/edges/1/to_stack/0/line", "x")),
              HasSubstr("findings[0].edges[1].to_stack[0].line: should be a whole number"));
  EXPECT_THAT(ErrorOf(With("/subject/pid", 1.5)), HasSubstr("subject.pid: should be a whole"));
  EXPECT_THAT(ErrorOf(With("/coverage/locks", -1)), HasSubstr("coverage.locks: should be"));
  EXPECT_THAT(ErrorOf(With("/subject/exit_status", 4294967296)), HasSubstr("is out of range"));
  EXPECT_THAT(ErrorOf(With("/subject/pid", UINT64_MAX)), HasSubstr("is out of range"));
  EXPECT_THAT(ErrorOf(With("/graph", 1)), HasSubstr("has no object \"graph\""));
  EXPECT_THAT(ErrorOf(With("/graph/classes", 1)), HasSubstr("graph.classes: should be a list"));
  EXPECT_THAT(ErrorOf(With("/runs/0", "x")), HasSubstr("runs[0]: should be an object"));
  EXPECT_THAT(ErrorOf(Without("", "findings")), HasSubstr("the report has no \"findings\""));
}

TEST(JsonTest, SurvivesDeepNesting) {
  EXPECT_FALSE(ReadJson("r", std::string(200000, '[')).ok());
  EXPECT_FALSE(ReadJson("r", std::string(200000, '[') + std::string(200000, ']')).ok());
}

}  // namespace
}  // namespace lockdep::report
