#include "lockdep/record/packed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "lockdep/record/recording.h"
#include "tests/record/record_bytes.h"

namespace lockdep::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint32_t kClasses = 2000;

std::string Classes(uint32_t first, uint32_t last) {
  std::string bytes;
  for (uint32_t i = first; i <= last; ++i) {
    bytes += ClassRecord(i, absl::StrCat("module", i % 7, "::lock_", i * 7919));
  }
  return bytes;
}

std::string Start() { return FileHeader() + HeaderRecord() + ThreadRecord(1, "main"); }

Recording ParseOrDie(const std::string& bytes) {
  absl::StatusOr<Recording> recording = ParseRecording("r", bytes);
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

std::string PackedRecord(const std::string& payload) {
  return RecordBytes(RecordType::kPacked, payload);
}

// The payload that these records become.
std::string Packed(const std::string& records) {
  uLongf size = compressBound(records.size());
  std::string packed(size, '\0');
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(records.data()), records.size()),
            Z_OK);
  return U32(records.size()) + U8(1) + packed.substr(0, size);
}

std::string FaultOf(const std::string& payload) {
  std::string fault;
  Unpack(payload, &fault);
  return fault;
}

TEST(PackedTest, APackedRecordingSaysTheSameInFewerBytes) {
  const std::string plain = Start() + Classes(1, kClasses) + DependencyRecord(1, 2, 1) +
                            RecordBytes(RecordType::kEnd, U64(99));

  const std::string packed = PackRecording(plain);
  const Recording before = ParseOrDie(plain);
  const Recording after = ParseOrDie(packed);

  EXPECT_LT(packed.size(), plain.size() / 3);
  EXPECT_THAT(after.warnings, IsEmpty());
  EXPECT_FALSE(after.is_damaged);
  ASSERT_EQ(after.classes.size(), kClasses);
  for (size_t i = 0; i < kClasses; ++i) {
    EXPECT_EQ(after.classes[i].id, before.classes[i].id);
    EXPECT_EQ(after.classes[i].name, before.classes[i].name);
  }
  EXPECT_EQ(after.pid, before.pid);
  EXPECT_EQ(after.dependencies.size(), 1u);
  EXPECT_EQ(after.end_time_ns, 99u);
}

TEST(PackedTest, ReadersOfVersionOneAreTold) {
  EXPECT_EQ(PackRecording(Start() + Classes(1, kClasses))[kMagicSize], kPackedMajorVersion);
  EXPECT_EQ(PackRecording(Start())[kMagicSize], kMajorVersion);
}

TEST(PackedTest, WhatIsSmallOrNoRecordingOrPackedStaysAsItIs) {
  const std::string small = Start() + Classes(1, 10);
  const std::string other(2 * kPackedPart, 'x');
  const std::string packed = PackRecording(Start() + Classes(1, kClasses));

  EXPECT_EQ(PackRecording(small), small);
  EXPECT_EQ(PackRecording(other), other);
  EXPECT_EQ(PackRecording(packed), packed);
  EXPECT_EQ(PackRecording(""), "");
}

TEST(PackedTest, ALogOfEventsIsReadWhereItStands) {
  const std::string events = RecordBytes(RecordType::kEvents, "the events");
  const std::string packed =
      PackRecording(Start() + Classes(1, 1000) + events + Classes(1001, kClasses));

  const Recording recording = ParseOrDie(packed);

  ASSERT_EQ(recording.events.size(), 1u);
  EXPECT_EQ(packed.substr(recording.events[0].offset, recording.events[0].size), "the events");
  EXPECT_EQ(recording.classes.size(), kClasses);
}

TEST(PackedTest, ACutRecordingStaysCut) {
  const std::string plain = Start() + Classes(1, kClasses);

  const Recording recording = ParseOrDie(PackRecording(plain.substr(0, plain.size() - 5)));

  EXPECT_EQ(recording.classes.size(), kClasses - 1);
  EXPECT_THAT(recording.warnings, ElementsAre(HasSubstr("the file ends inside a record of")));
}

TEST(PackedTest, ADamageCostsOnePart) {
  std::string packed = PackRecording(Start() + Classes(1, kClasses));
  packed[packed.size() / 2] ^= 1;

  const Recording recording = ParseOrDie(packed);

  EXPECT_THAT(recording.warnings, ElementsAre(HasSubstr("the checksum does not match")));
  EXPECT_NE(recording.FindClass(ClassId{1}), nullptr);
  EXPECT_NE(recording.FindClass(ClassId{kClasses}), nullptr);
  const size_t in_a_part = kPackedPart / ClassRecord(1, "module1::lock_7919").size();
  EXPECT_GE(recording.classes.size(), kClasses - in_a_part - 1);
  EXPECT_LT(recording.classes.size(), kClasses);
}

TEST(PackedTest, WhatWouldBecomeTooMuchIsNotPacked) {
  const std::string plain = Start() + ThreadRecord(2, std::string(size_t{100} << 10, 'x'));

  EXPECT_EQ(PackRecording(plain), plain);
}

TEST(PackedTest, NoMoreIsUnpackedThanTheBytesJustify) {
  const std::string payload = Packed(Classes(1, 300));
  EXPECT_EQ(FaultOf(payload), "");

  EXPECT_THAT(FaultOf(U32(65 * payload.size()) + payload.substr(4)), HasSubstr("that claim to be"));
  EXPECT_THAT(FaultOf(U32((1 << 20) + 1) + U8(1) + std::string(1 << 20, 'x')),
              HasSubstr("that claim to be 1048577"));
}

TEST(PackedTest, WhatIsNotWhatItClaimsIsRefused) {
  const std::string payload = Packed(Classes(1, 300));

  EXPECT_THAT(FaultOf(""), HasSubstr("too short"));
  EXPECT_THAT(FaultOf(payload.substr(0, 4) + U8(7) + payload.substr(5)),
              HasSubstr("a way that this tool does not know (7)"));
  EXPECT_THAT(FaultOf(payload.substr(0, payload.size() - 9)), HasSubstr("cannot be unpacked"));
  EXPECT_THAT(FaultOf(U32(Classes(1, 300).size() - 1) + payload.substr(4)),
              HasSubstr("cannot be unpacked"));
  EXPECT_THAT(FaultOf(U32(Classes(1, 300).size() + 1) + payload.substr(4)),
              HasSubstr("cannot be unpacked"));
}

TEST(PackedTest, WhatMayNotStandInAPackedRecordIsLeftOut) {
  const std::string start = FileHeader(kPackedMajorVersion) + HeaderRecord();
  const auto warning = [&](const std::string& inside) {
    const Recording recording = ParseOrDie(
        start + PackedRecord(Packed(ClassRecord(1, "A") + inside + ClassRecord(2, "B"))));
    EXPECT_EQ(recording.classes.size(), 2u);
    EXPECT_TRUE(recording.events.empty());
    return recording.warnings.size() == 1 ? recording.warnings[0] : "";
  };

  EXPECT_EQ(warning(""), "");
  EXPECT_THAT(warning(PackedRecord(Packed(ClassRecord(3, "C")))),
              HasSubstr("a packed record in a packed one"));
  EXPECT_THAT(warning(RecordBytes(RecordType::kEvents, "x")), HasSubstr("a log of events"));
  EXPECT_THAT(warning(HeaderRecord()), HasSubstr("a second header"));
  EXPECT_THAT(warning(std::string(13, 'x')), HasSubstr("ends inside a record"));
}

TEST(PackedTest, WhatWasSeenInARunOfALostPartIsLeftOut) {
  const auto run = [](const char* command) {
    return RecordBytes(RecordType::kRun, U64(1) + U64(1) + Text(command) + U64(0) + U64(0) +
                                             U64(0) + U8(0) + U8(0) + U8(0) + U8(0) + U32(0) +
                                             U32(0));
  };
  const std::string start =
      FileHeader(kPackedMajorVersion) +
      RecordBytes(RecordType::kHeader, U64(0) + U64(0) + U16(62) + U8(8) + Text("")) +
      ThreadRecord(1, "t") + ClassRecord(1, "A") + ClassRecord(2, "B") + run("one");
  std::string lost = PackedRecord(Packed(DependencyRecord(1, 2, 1) + run("two")));
  lost[kFrameSize] ^= 1;

  const Recording recording = ParseOrDie(
      start + lost +
      PackedRecord(Packed(DependencyRecord(2, 1, 1) + run("three") + DependencyRecord(1, 1, 1))));

  EXPECT_EQ(recording.runs.size(), 2u);
  ASSERT_EQ(recording.dependencies.size(), 1u);
  EXPECT_EQ(recording.dependencies[0].run, 1u);
}

}  // namespace
}  // namespace lockdep::record
