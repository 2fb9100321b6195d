#include "lockdep/record/frame_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/record/record_bytes.h"

namespace lockdep::record {
namespace {

struct Read {
  std::vector<std::string> payloads;
  std::vector<std::string> faults;
  size_t lost = 0;
};

Read ReadAll(const std::string& bytes) {
  Read read;
  FrameReader frames(bytes, 0);
  while (frames.more()) {
    Frame frame;
    const std::string fault = frames.Next(&frame);
    if (fault.empty()) {
      read.payloads.emplace_back(frame.payload);
    } else {
      read.faults.push_back(fault);
      read.lost += frames.next() - frame.offset;
    }
  }
  return read;
}

std::string Bytes(const std::string& payload) { return RecordBytes(RecordType::kThread, payload); }

TEST(FrameReaderTest, ReadsWholeRecordsInTheirOrder) {
  const Read read = ReadAll(Bytes("one") + Bytes("") + Bytes("three"));

  EXPECT_EQ(read.payloads, (std::vector<std::string>{"one", "", "three"}));
  EXPECT_TRUE(read.faults.empty());
}

TEST(FrameReaderTest, ADamagedPayloadIsPassedOverAsOneRecord) {
  // With a record inside, which was never one of the file's.
  std::string damaged = Bytes("x" + Bytes("inside"));
  damaged[kFrameSize] ^= 1;

  const Read read = ReadAll(Bytes("one") + damaged + Bytes("two"));

  EXPECT_EQ(read.payloads, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(read.lost, damaged.size());
}

TEST(FrameReaderTest, ADamagedLengthLeadsToTheNextRecordThatIsWhole) {
  for (const char* length : {"\xff\xff\xff\x7f", "\x01\x00\x00\x00"}) {
    std::string damaged = Bytes("damaged");
    damaged.replace(0, 4, length, 4);

    const Read read = ReadAll(Bytes("one") + damaged + Bytes("two"));

    EXPECT_EQ(read.payloads, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(read.faults.size(), 1u);
    EXPECT_EQ(read.lost, damaged.size());
  }
}

TEST(FrameReaderTest, TheEndIsReachedWhateverFollows) {
  for (size_t size = 1; size < kFrameSize; ++size) {
    const Read read = ReadAll(Bytes("one") + std::string(size, 'x'));

    EXPECT_EQ(read.payloads.size(), 1u);
    EXPECT_EQ(read.faults.size(), 1u);
    EXPECT_EQ(read.lost, size);
  }
}

// Without a bound each of these takes hours.
TEST(FrameReaderTest, ClaimsOfLongRecordsAreNotFollowedForEver) {
  std::string claims;
  constexpr size_t kClaims = 200'000;
  for (size_t i = 0; i < kClaims; ++i) {
    claims += U32((kClaims - i - 1) * kFrameSize) + U32(0) + U16(3) + U16(0);
  }

  const Read read = ReadAll(claims);

  EXPECT_TRUE(read.payloads.empty());
  EXPECT_EQ(read.lost, claims.size());
}

TEST(FrameReaderTest, NorAreTheyBetweenRecordsThatAreWhole) {
  std::string claims;
  const std::string whole = Bytes("x");
  constexpr size_t kClaims = 200'000;
  for (size_t i = 0; i < kClaims; ++i) {
    const size_t rest = (kClaims - i) * (kFrameSize + whole.size()) - kFrameSize;
    claims += U32(rest) + U32(0) + U16(3) + U16(0) + whole;
  }

  const Read read = ReadAll(claims);

  EXPECT_FALSE(read.payloads.empty());
  EXPECT_LT(read.payloads.size(), 1000u);
}

}  // namespace
}  // namespace lockdep::record
