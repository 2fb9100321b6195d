#include "lockdep/report/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "lockdep/report/render.h"
#include "tests/record/record_bytes.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/bank.h"
#include "tests/report/recorded_run.h"
#include "tests/report/sample_report.h"

namespace lockdep::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Loaded LoadOrDie(const std::vector<std::string>& inputs) {
  absl::StatusOr<Loaded> loaded = LoadInputs(inputs);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? *std::move(loaded) : Loaded();
}

std::string ErrorOf(const std::string& input) {
  return std::string(LoadInputs({input}).status().message());
}

class LoadTest : public testing::Test {
 protected:
  // A recording named `name` of a run that did `step`.
  void Record(const std::string& name, void (*step)(bank::Bank&)) {
    RecordedRun run(name);
    step(run.bank());
    std::filesystem::copy(run.Finish(), directory_ / name);
  }

  TemporaryDirectory directory_;
};

void Both(bank::Bank& bank) {
  bank::Transfer(bank);
  bank::Audit(bank);
}

TEST_F(LoadTest, RecordingsOfOneMistakeTellItOnce) {
  Record("one", Both);
  Record("two", Both);

  const Loaded loaded = LoadOrDie({directory_ / "one", directory_ / "two"});

  EXPECT_THAT(loaded.report.findings, SizeIs(1));
  EXPECT_THAT(loaded.report.runs, SizeIs(2));
  EXPECT_EQ(loaded.report.subject.command, "one (+1 more)");
  EXPECT_EQ(loaded.report.coverage.classes, 2u);
  EXPECT_EQ(loaded.report.coverage.dependencies, 2u);
  EXPECT_EQ(loaded.report.coverage.lock_operations, 8u);
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST_F(LoadTest, AJsonReportCountsAsTheRecordingsItWasMadeOf) {
  Record("one", Both);
  const Report report = LoadOrDie({directory_ / "one"}).report;
  WriteBytes(directory_ / "one.json", RenderJson(report));

  EXPECT_EQ(LoadOrDie({directory_ / "one.json"}).report, report);
  EXPECT_THAT(LoadOrDie({directory_ / "one.json", directory_ / "one"}).report.findings, SizeIs(1));
}

TEST_F(LoadTest, TheRunsOfADirectoryStandAsTheyStarted) {
  Record("b.lockdep", bank::Transfer);
  Record("a.lockdep", bank::Transfer);
  Record(".hidden", bank::Transfer);
  std::filesystem::create_directory(directory_ / "sub");

  const Loaded loaded = LoadOrDie({directory_.path()});

  ASSERT_THAT(loaded.report.runs, SizeIs(2));
  EXPECT_EQ(loaded.report.runs[0].subject.command, "b.lockdep");
  EXPECT_EQ(loaded.report.runs[1].subject.command, "a.lockdep");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST_F(LoadTest, WhatElseLiesInADirectoryIsNamed) {
  Record("a", bank::Transfer);
  WriteBytes(directory_ / "empty", "");
  WriteBytes(directory_ / "notes.txt", "hello");

  const Loaded loaded = LoadOrDie({directory_.path()});

  EXPECT_TRUE(loaded.is_complete);
  EXPECT_THAT(loaded.report.runs, SizeIs(1));
  EXPECT_THAT(loaded.warnings,
              ElementsAre(AllOf(HasSubstr("/empty: the file is empty"), HasSubstr("left out")),
                          AllOf(HasSubstr("/notes.txt: neither"), HasSubstr("left out"))));
}

TEST_F(LoadTest, ARecordingOrReportOfADirectoryThatCannotBeReadIsALoss) {
  Record("a.lockdep", bank::Transfer);
  const std::string bytes = ReadBytes(directory_ / "a.lockdep");
  EXPECT_TRUE(LoadOrDie({directory_.path()}).is_complete);
  const std::pair<const char*, std::string> broken[] = {
      {"empty.lockdep", ""},
      {"header", bytes.substr(0, 20)},
      {"report.json", "{\"schema\":\"lockdep-report\",\"version\":1,"}};
  for (const auto& [name, contents] : broken) {
    WriteBytes(directory_ / name, contents);
    EXPECT_FALSE(LoadOrDie({directory_.path()}).is_complete) << name;
    std::filesystem::remove(directory_ / name);
  }
}

TEST_F(LoadTest, AJsonReportCarriesWhatItsInputsLost) {
  Record("a", Both);
  const std::string bytes = ReadBytes(directory_ / "a");
  WriteBytes(directory_ / "cut", bytes.substr(0, bytes.size() - 3));
  WriteBytes(directory_ / "cut.json", RenderJson(LoadOrDie({directory_ / "cut"}).report));
  WriteBytes(directory_ / "whole.json", RenderJson(LoadOrDie({directory_ / "a"}).report));

  const Loaded cut = LoadOrDie({directory_ / "cut.json"});

  EXPECT_FALSE(cut.is_complete);
  EXPECT_THAT(cut.report.losses, ElementsAre(HasSubstr(directory_ / "cut")));
  EXPECT_THAT(cut.warnings,
              ElementsAre(AllOf(HasSubstr("cut.json: made of inputs of which a part was lost"),
                                HasSubstr(directory_ / "cut"))));
  EXPECT_TRUE(LoadOrDie({directory_ / "whole.json"}).is_complete);
}

TEST_F(LoadTest, ADamagedRecordingIsKeptAsFarAsItIsGood) {
  Record("a", Both);
  const std::string bytes = ReadBytes(directory_ / "a");
  WriteBytes(directory_ / "cut", bytes.substr(0, bytes.size() - 3));

  const Loaded loaded = LoadOrDie({directory_ / "cut"});

  EXPECT_FALSE(loaded.is_complete);
  EXPECT_THAT(loaded.report.findings, SizeIs(1));
  EXPECT_THAT(loaded.warnings,
              ElementsAre(AllOf(HasSubstr(directory_ / "cut"), HasSubstr("lost"))));
}

TEST_F(LoadTest, MissingSymbolsAreAWarning) {
  const std::string pc = record::U64(0x1010);
  WriteBytes(
      directory_ / "r",
      record::FileHeader() + record::HeaderRecord() + record::ThreadRecord(1, "main") +
          record::ClassRecord(1, "A") + record::ClassRecord(2, "B") +
          record::ModuleRecord(0x1000, 0x2000, "/nonexistent/libgone.so") +
          record::RecordBytes(record::RecordType::kStack, record::U32(1) + record::U32(1) + pc) +
          record::RecordBytes(record::RecordType::kDependency,
                              record::U32(1) + record::U32(2) + record::U8(3) + record::U8(0) +
                                  record::U8(0) + record::U32(1) + record::U64(0) + record::U64(0) +
                                  record::U32(1) + record::U32(1)));

  const Loaded loaded = LoadOrDie({directory_ / "r"});

  EXPECT_EQ(loaded.report.dependencies[0].from_site.module, "/nonexistent/libgone.so");
  EXPECT_EQ(loaded.report.dependencies[0].from_site.offset, 0xfu);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("/nonexistent/libgone.so: No such file")));
}

TEST_F(LoadTest, BadInputsAreNamedWithTheirReason) {
  WriteBytes(directory_ / "text", "hello");
  WriteBytes(directory_ / "empty", "");
  WriteBytes(directory_ / "bad.json", "{\"schema\": \n x");
  std::filesystem::create_directory(directory_ / "nothing");

  EXPECT_THAT(ErrorOf(directory_ / "none"),
              AllOf(HasSubstr(directory_ / "none"), HasSubstr("No such file")));
  EXPECT_THAT(ErrorOf(directory_ / "text"), HasSubstr("text: neither a lockdep recording"));
  EXPECT_THAT(ErrorOf(directory_ / "empty"), HasSubstr("empty: the file is empty"));
  EXPECT_THAT(ErrorOf(directory_ / "bad.json"),
              HasSubstr("bad.json: no valid JSON: parse error at line 2"));
  EXPECT_THAT(ErrorOf(directory_ / "nothing"), HasSubstr("nothing: no recording"));
}

TEST_F(LoadTest, OneBadInputAmongGoodOnesIsAnError) {
  Record("a", bank::Transfer);

  EXPECT_FALSE(LoadInputs({directory_ / "a", directory_ / "none"}).ok());
}

}  // namespace
}  // namespace lockdep::report
