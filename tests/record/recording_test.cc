#include "lockdep/record/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "tests/record/record_bytes.h"
#include "tests/record/temporary_directory.h"

namespace lockdep::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string SmallRecording() {
  return FileHeader() + HeaderRecord() + ThreadRecord(1, "main") + ClassRecord(1, "A") +
         ClassRecord(2, "B") +
         RecordBytes(RecordType::kStack, U32(1) + U32(2) + U64(0x1000) + U64(0x2000)) +
         DependencyRecord(1, 2, 1) + RecordBytes(RecordType::kTotals, U64(10) + U64(2) + U64(3)) +
         RecordBytes(RecordType::kEnd, U64(99));
}

Recording ParseOrDie(const std::string& bytes) {
  absl::StatusOr<Recording> recording = ParseRecording("r", bytes);
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

std::string ErrorOf(const std::string& bytes) {
  return std::string(ParseRecording("r", bytes).status().message());
}

std::string OnlyWarning(const std::string& bytes) {
  const Recording recording = ParseOrDie(bytes);
  EXPECT_EQ(recording.warnings.size(), 1u);
  return recording.warnings.empty() ? "" : recording.warnings[0];
}

TEST(RecordingTest, ReadsEveryField) {
  const Recording recording = ParseOrDie(SmallRecording());

  EXPECT_EQ(recording.pid, 17u);
  EXPECT_EQ(recording.machine, 62);
  EXPECT_EQ(recording.command, "prog");
  ASSERT_NE(recording.FindClass(ClassId{2}), nullptr);
  EXPECT_EQ(recording.FindClass(ClassId{2})->name, "B");
  EXPECT_EQ(recording.FindThread(ThreadId{1})->name, "main");
  EXPECT_EQ(recording.FindStack(StackId{1})->pcs[1].value, 0x2000u);
  ASSERT_EQ(recording.dependencies.size(), 1u);
  EXPECT_EQ(recording.dependencies[0].kind, DependencyKind::kEN);
  EXPECT_EQ(recording.totals->lock_operations, 10u);
  EXPECT_EQ(recording.end_time_ns, 99u);
  EXPECT_THAT(recording.warnings, IsEmpty());
}

TEST(RecordingTest, AFileCutAtAnyByteKeepsItsCompleteRecords) {
  const std::string bytes = SmallRecording();
  const size_t first = (FileHeader() + HeaderRecord()).size();
  size_t whole_records = 0;

  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<Recording> recording = ParseRecording("r", bytes.substr(0, size));
    ASSERT_EQ(recording.ok(), size >= first) << size;
    if (!recording.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(recording.status())) << size << recording.status();
      continue;
    }
    whole_records += recording->warnings.empty();
    EXPECT_LE(recording->classes.size(), 2u);
    EXPECT_FALSE(recording->end_time_ns.has_value());
  }

  // Header, thread, two classes, stack, dependency, totals: the ends of seven records.
  EXPECT_EQ(whole_records, 7u);
}

TEST(RecordingTest, SaysWhatACutFileLost) {
  const std::string kept = FileHeader() + HeaderRecord() + ThreadRecord(1, "main");

  const std::string warning = OnlyWarning(kept + ClassRecord(1, "A").substr(0, 20));

  EXPECT_EQ(warning, "r: offset " + std::to_string(kept.size()) +
                         ": the file ends inside a record of 36 bytes; 20 of " +
                         std::to_string(kept.size() + 20) + " bytes are lost, 2 records kept");
}

// Each fact in `some` is one of `all`.
void ExpectPartOf(const Recording& some, const Recording& all) {
  for (const ThreadEntry& thread : some.threads) {
    ASSERT_NE(all.FindThread(thread.id), nullptr);
    EXPECT_EQ(thread.name, all.FindThread(thread.id)->name);
  }
  for (const ClassEntry& entry : some.classes) {
    ASSERT_NE(all.FindClass(entry.id), nullptr);
    EXPECT_EQ(entry.name, all.FindClass(entry.id)->name);
  }
  for (const StackEntry& stack : some.stacks) {
    ASSERT_NE(all.FindStack(stack.id), nullptr);
    EXPECT_EQ(stack.pcs.size(), all.FindStack(stack.id)->pcs.size());
  }
  for (const DependencyEntry& entry : some.dependencies) {
    EXPECT_EQ(std::pair(entry.from, entry.to), std::pair(ClassId{1}, ClassId{2}));
  }
  EXPECT_EQ(some.totals.value_or(*all.totals).locks, all.totals->locks);
  EXPECT_EQ(some.end_time_ns.value_or(99), 99u);
}

TEST(RecordingTest, AFlippedBitIsNeverTakenForAFact) {
  const std::string bytes = SmallRecording();
  const Recording whole = ParseOrDie(bytes);

  for (size_t bit = kFileHeaderSize * 8; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const absl::StatusOr<Recording> recording = ParseRecording("r", damaged);
    if (recording.ok()) {
      ASSERT_EQ(recording->warnings.size(), 1u) << "bit " << bit;
      EXPECT_TRUE(recording->is_damaged);
      ExpectPartOf(*recording, whole);
    } else {
      EXPECT_TRUE(absl::IsDataLoss(recording.status())) << "bit " << bit;
    }
  }
}

TEST(RecordingTest, KeepsWhatStandsBehindADamagedRecord) {
  const std::string start = FileHeader() + HeaderRecord() + ClassRecord(1, "A");
  std::string bytes = start + ThreadRecord(1, "main") + ClassRecord(2, "B") + ClassRecord(3, "C");
  bytes[start.size() + kFrameSize] ^= 1;

  const Recording recording = ParseOrDie(bytes);

  EXPECT_THAT(recording.threads, IsEmpty());
  EXPECT_EQ(recording.classes.size(), 3u);
  EXPECT_TRUE(recording.is_damaged);
  EXPECT_THAT(
      recording.warnings,
      ElementsAre("r: offset " + std::to_string(start.size()) + ": the checksum does not match; " +
                  std::to_string(ThreadRecord(1, "main").size()) + " of " +
                  std::to_string(bytes.size()) + " bytes are lost, 4 records kept"));
}

TEST(RecordingTest, WhatNeedsALostRecordIsLostToo) {
  std::string bytes = SmallRecording();
  const size_t class_a = (FileHeader() + HeaderRecord() + ThreadRecord(1, "main")).size();
  bytes[class_a + kFrameSize] ^= 1;

  const Recording recording = ParseOrDie(bytes);

  ASSERT_EQ(recording.classes.size(), 1u);
  EXPECT_EQ(recording.classes[0].name, "B");
  EXPECT_THAT(recording.dependencies, IsEmpty());
  EXPECT_EQ(recording.end_time_ns, 99u);
  EXPECT_THAT(recording.warnings, ElementsAre(HasSubstr("are lost in 2 places, 6 records kept")));
}

TEST(RecordingTest, BytesThatAreGoneCostTheRecordThatHadThem) {
  const std::string start = FileHeader() + HeaderRecord() + ClassRecord(1, "A");
  for (size_t gone = 1; gone < ClassRecord(2, "gone").size(); ++gone) {
    const Recording recording =
        ParseOrDie(start + ClassRecord(2, "gone").substr(gone) + ClassRecord(3, "C"));

    EXPECT_EQ(recording.classes.size(), 2u) << gone;
    EXPECT_NE(recording.FindClass(ClassId{3}), nullptr) << gone;
  }
}

TEST(RecordingTest, FactsOfARunThatIsLostAreGivenToNoOther) {
  const auto run = [](const char* command) {
    return RecordBytes(RecordType::kRun, U64(1) + U64(1) + Text(command) + U64(0) + U64(0) +
                                             U64(0) + U8(0) + U8(0) + U8(0) + U8(0) + U32(0) +
                                             U32(0));
  };
  const std::string merged =
      FileHeader() +
      RecordBytes(RecordType::kHeader, U64(0) + U64(0) + U16(62) + U8(8) + Text("")) +
      ThreadRecord(1, "t") + ClassRecord(1, "A") + ClassRecord(2, "B") + run("one") +
      DependencyRecord(1, 2, 1);
  std::string lost = run("two");
  lost[kFrameSize] ^= 1;

  const Recording recording = ParseOrDie(merged + lost + DependencyRecord(2, 1, 1) + run("three") +
                                         DependencyRecord(1, 1, 1));

  ASSERT_EQ(recording.runs.size(), 2u);
  ASSERT_EQ(recording.dependencies.size(), 2u);
  EXPECT_EQ(recording.dependencies[0].run, 0u);
  EXPECT_EQ(recording.dependencies[1].to, ClassId{1});
  EXPECT_EQ(recording.dependencies[1].run, 1u);
}

TEST(RecordingTest, ALogOfEventsIsReadToADamageAndNotBehindIt) {
  const std::string start = FileHeader() + HeaderRecord();
  const std::string events = RecordBytes(RecordType::kEvents, "events");
  std::string damaged = ThreadRecord(1, "main");
  damaged[kFrameSize] ^= 1;

  EXPECT_EQ(ParseOrDie(start + events + events).events.size(), 2u);
  EXPECT_EQ(ParseOrDie(start + events + events.substr(0, 9)).events.size(), 1u);
  EXPECT_THAT(ParseOrDie(start + events + damaged + events).events, IsEmpty());
}

TEST(RecordingTest, RefusesWhatIsNoRecording) {
  EXPECT_THAT(ErrorOf("#!/bin/sh\n"), HasSubstr("r: not a lockdep recording"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("r: the file is empty"));
  EXPECT_THAT(ErrorOf(FileHeader()), HasSubstr("the file ends before its first record"));
}

TEST(RecordingTest, RefusesAnotherMajorVersionAndReadsALaterMinorOne) {
  EXPECT_THAT(ErrorOf(FileHeader(3) + HeaderRecord()),
              HasSubstr("recording version 3." + std::to_string(kMinorVersion)));
  EXPECT_THAT(ErrorOf(FileHeader(0) + HeaderRecord()), HasSubstr("recording version 0."));
  EXPECT_TRUE(ParseRecording("r", FileHeader(1, 9) + HeaderRecord()).ok());
}

TEST(RecordingTest, SkipsUnknownRecordsAndUnknownEndsOfKnownOnes) {
  const std::string longer = RecordBytes(RecordType::kThread, U32(1) + Text("main") + U64(5));
  const Recording recording =
      ParseOrDie(FileHeader() + HeaderRecord() + RecordBytes(RecordType{900}, "whatever") + longer);

  EXPECT_EQ(recording.threads.size(), 1u);
  EXPECT_THAT(recording.warnings, IsEmpty());
}

TEST(RecordingTest, RefusesIdsThatWereNotAnnounced) {
  const std::string start = FileHeader() + HeaderRecord() + ThreadRecord(1, "main");

  EXPECT_THAT(OnlyWarning(start + DependencyRecord(7, 8, 1)), HasSubstr("class 7 was not"));
  EXPECT_THAT(
      OnlyWarning(start + ClassRecord(7, "A") + ClassRecord(8, "B") + DependencyRecord(7, 8, 5)),
      HasSubstr("thread 5 was not"));
  EXPECT_THAT(OnlyWarning(start + ClassRecord(0, "A")), HasSubstr("class 0"));
}

TEST(RecordingTest, RefusesUnknownEnumValues) {
  const std::string start = FileHeader() + HeaderRecord();
  const std::string bad_class = RecordBytes(
      RecordType::kClass, U32(1) + U8(0) + U8(200) + U8(0) + U64(1) + U64(0) + U64(0) + Text("A"));

  EXPECT_THAT(OnlyWarning(start + bad_class), HasSubstr("lock kind 200 is not known"));
}

TEST(RecordingTest, BelievesNoCountThatTheFileCannotHold) {
  const std::string start = FileHeader() + HeaderRecord();

  EXPECT_THAT(OnlyWarning(start + RecordBytes(RecordType::kStack, U32(1) + U32(0xffffffff))),
              HasSubstr("4294967295 stack frames in a record with 0 bytes left"));
  EXPECT_THAT(OnlyWarning(start + RecordBytes(RecordType::kThread, U32(1) + U32(0xfffffff0))),
              HasSubstr("a string of 4294967280 bytes"));
  EXPECT_THAT(OnlyWarning(start + U32(0xffffffff) + U32(0) + U32(1) + "x"),
              HasSubstr("ends inside a record of 4294967295 bytes"));
}

TEST(RecordingTest, AnIdThatIsToldTwiceKeepsItsFirstMeaning) {
  const Recording recording = ParseOrDie(FileHeader() + HeaderRecord() + ThreadRecord(1, "main") +
                                         ThreadRecord(1, "other"));

  ASSERT_EQ(recording.threads.size(), 1u);
  EXPECT_EQ(recording.threads[0].name, "main");
}

TEST(RecordingTest, LeavesOutFindingsOfUnknownKindsAndSaysSo) {
  const std::string lock = U32(0) + U8(0) + U64(0) + U32(0);
  const std::string finding = RecordBytes(
      RecordType::kViolation, Text("from-the-future") + U8(1) + U32(0) + U32(0) + U32(0) + lock +
                                  U32(0) + U32(0) + Text("") + Text(""));
  const Recording recording =
      ParseOrDie(FileHeader() + HeaderRecord() + finding + ThreadRecord(1, "main"));

  EXPECT_THAT(recording.violations, IsEmpty());
  EXPECT_EQ(recording.threads.size(), 1u);
  EXPECT_THAT(recording.warnings, ElementsAre(HasSubstr("1 findings of kinds")));
}

// Minor version 1 ends after the wait limit, version 0 after the rule.
TEST(RecordingTest, AFindingOfAnOlderVersionHasNoContexts) {
  const std::string lock = U32(0) + U8(0) + U64(0) + U32(0);
  const std::string side = U32(0) + U8(0) + U32(0) + U64(0) + U32(0);
  const std::string old = Text("rcu-usage") + U8(2) + U32(0) + U32(0) + U32(0) + lock + U32(0) +
                          U32(0) + Text("data") + Text("rule");
  const std::string newer = old + Text("") + side + side + U8(0) + U8(5);
  const auto finding = [](const std::string& payload) {
    return RecordBytes(RecordType::kViolation, payload);
  };
  const Recording recording = ParseOrDie(FileHeader() + HeaderRecord() + finding(old) +
                                         finding(newer) + finding(newer + U64(1) + U64(6)));

  EXPECT_THAT(recording.warnings, IsEmpty());
  ASSERT_EQ(recording.violations.size(), 3u);
  EXPECT_EQ(recording.violations[0].rule, "rule");
  EXPECT_EQ(recording.violations[1].running_in, 0u);
  EXPECT_EQ(recording.violations[2].running_in, 1u);
  EXPECT_EQ(recording.violations[2].interruptible_by, 6u);
}

std::string ChainBytes(uint64_t key, uint64_t previous, uint32_t class_id) {
  return U64(key) + U64(previous) + U32(class_id) + U8(0) + U8(0) + U64(0);
}

TEST(RecordingTest, AChainToldAgainIsNotNews) {
  const Recording recording =
      ParseOrDie(FileHeader() + HeaderRecord() + ClassRecord(1, "A") +
                 RecordBytes(RecordType::kChains, U32(3) + ChainBytes(7, 0, 1) +
                                                      ChainBytes(8, 7, 1) + ChainBytes(7, 8, 1)));

  EXPECT_THAT(recording.warnings, IsEmpty());
  ASSERT_EQ(recording.chains.size(), 2u);
  EXPECT_EQ(recording.chains[0].link.previous, 0u);
}

TEST(RecordingTest, TimesOfNoClassAreLeftOut) {
  const auto lost = [](const std::string& times) {
    const Recording recording = ParseOrDie(FileHeader() + HeaderRecord() + ClassRecord(1, "A") +
                                           RecordBytes(RecordType::kLockStat, times));
    return recording.warnings.size() == 1 ? recording.warnings[0] : "";
  };
  const std::string none(4 * 32, '\0');

  EXPECT_EQ(lost(U32(1) + none + U32(0)), "");
  EXPECT_THAT(lost(U32(2) + none + U32(0)), HasSubstr("class 2"));
  EXPECT_THAT(lost(U32(0) + none + U32(0)), HasSubstr("without a class"));
  EXPECT_THAT(lost(U32(1) + none + U32(1)), HasSubstr("1 places"));
  EXPECT_THAT(lost(U32(1) + U64(1)), HasSubstr("too short"));
}

TEST(RecordingTest, ChainsThatHangInTheAirAreLeftOut) {
  const auto lost = [](const std::string& chains) {
    const Recording recording = ParseOrDie(FileHeader() + HeaderRecord() + ClassRecord(1, "A") +
                                           RecordBytes(RecordType::kChains, chains));
    return recording.warnings.size() == 1 ? recording.warnings[0] : "";
  };

  EXPECT_THAT(lost(U32(1) + ChainBytes(7, 6, 1)), HasSubstr("continues one"));
  EXPECT_THAT(lost(U32(1) + ChainBytes(7, 7, 1)), HasSubstr("continues one"));
  EXPECT_THAT(lost(U32(1) + ChainBytes(0, 0, 1)), HasSubstr("chain 0"));
  EXPECT_THAT(lost(U32(1) + ChainBytes(7, 0, 2)), HasSubstr("class 2"));
  EXPECT_THAT(lost(U32(2) + ChainBytes(7, 0, 1)), HasSubstr("2 chains"));
}

TEST(RecordingTest, AModuleTakesThePlaceOfTheOneThatItOverlaps) {
  const auto stack = [](uint32_t id, uint64_t pc) {
    return RecordBytes(RecordType::kStack, U32(id) + U32(1) + U64(pc));
  };
  const Recording recording = ParseOrDie(
      FileHeader() + HeaderRecord() + ModuleRecord(0x1000, 0x3000, "/a") + stack(1, 0x2fff) +
      stack(2, 0x3000) + ModuleRecord(0x2000, 0x4000, "/b") + stack(3, 0x2fff) + stack(4, 0x1500));

  EXPECT_EQ(recording.FindStack(StackId{1})->pcs[0].module, 0);
  EXPECT_EQ(recording.FindStack(StackId{2})->pcs[0].module, Address::kNoModule);
  EXPECT_EQ(recording.FindStack(StackId{3})->pcs[0].module, 1);
  EXPECT_EQ(recording.FindStack(StackId{4})->pcs[0].module, Address::kNoModule);
}

TEST(ReadRecordingTest, NamesFileAndReasonOfWhatCannotBeRead) {
  const TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);

  EXPECT_TRUE(absl::IsNotFound(ReadRecording(directory / "none").status()));
  EXPECT_THAT(std::string(ReadRecording(directory / "none").status().message()),
              HasSubstr(directory / "none"));
  EXPECT_THAT(std::string(ReadRecording(directory / "pipe").status().message()),
              HasSubstr("pipe: not a regular file"));
  EXPECT_THAT(std::string(ReadRecording(directory.path()).status().message()),
              HasSubstr("is a directory"));
}

TEST(ReadRecordingTest, ReadsAFile) {
  const TemporaryDirectory directory;
  WriteBytes(directory / "r", SmallRecording());

  const absl::StatusOr<Recording> recording = ReadRecording(directory / "r");

  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_EQ(recording->path, directory / "r");
  EXPECT_EQ(recording->classes.size(), 2u);
}

}  // namespace
}  // namespace lockdep::record
