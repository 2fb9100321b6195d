// The recording file: what Recorder writes and ReadRecording reads.
// docs/recording_format.md tells it field by field.
//
// A file is a FileHeader and then records, each with its own length and
// checksum, so that whatever cuts the file short costs at most the last record.
// All numbers are little-endian.
//
// Compatibility: readers skip record types and trailing payload bytes that they
// do not know (a new minor version) and refuse another major version.

#ifndef LOCKDEP_RECORD_FORMAT_H_
#define LOCKDEP_RECORD_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lockdep::record {

// Magic, major version (2 bytes), minor version (2 bytes), 4 bytes of zero.
inline constexpr char kMagic[] = {'L', 'O', 'C', 'K', 'D', 'E', 'P', '\n'};
inline constexpr size_t kMagicSize = sizeof(kMagic);
inline constexpr uint16_t kMajorVersion = 1;
inline constexpr uint16_t kMinorVersion = 3;
// Of a file with packed records, which a reader of version 1 would pass over.
inline constexpr uint16_t kPackedMajorVersion = 2;
inline constexpr size_t kFileHeaderSize = kMagicSize + 8;

// Payload length (4), checksum (4), type (2), zero (2); then the payload.  The
// checksum is CRC-32C over the length, the type with its zero, and the payload.
inline constexpr size_t kFrameSize = 12;
inline constexpr size_t kFrameChecksumOffset = 4;
inline constexpr size_t kFrameTypeOffset = 8;

// Numbers are never used again for something else.
enum class RecordType : uint16_t {
  kHeader = 1,
  kModule = 2,
  kThread = 3,
  kClass = 4,
  kStack = 5,
  kDependency = 6,
  kDeclaredArc = 7,
  kViolation = 8,
  kStopped = 9,
  kUnobserved = 10,
  kTotals = 11,
  kEnd = 12,
  kContext = 13,  // From minor version 1 on.
  kUsage = 14,
  kRun = 15,     // From minor version 2 on.
  kChains = 16,  // From minor version 3 on.
  kLockStat = 17,
  kEvents = 18,
  kPacked = 19,  // From major version 2 on.
};

namespace internal {

constexpr std::array<uint32_t, 256> MakeCrc32cTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}

inline constexpr std::array<uint32_t, 256> kCrc32cTable = MakeCrc32cTable();

constexpr void PutNumber(unsigned char* out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out[i] = static_cast<unsigned char>(value >> (8 * i));
}

}  // namespace internal

// Goes on with a checksum; start with kCrcStart, finish with FinishCrc.
inline constexpr uint32_t kCrcStart = 0xffffffffu;

constexpr uint32_t ExtendCrc(uint32_t crc, const unsigned char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    crc = (crc >> 8) ^ internal::kCrc32cTable[(crc ^ data[i]) & 0xff];
  }
  return crc;
}

constexpr uint32_t FinishCrc(uint32_t crc) { return ~crc; }

// Of a whole record: its frame, with whatever stands in the checksum, and its payload.
constexpr uint32_t RecordChecksum(const unsigned char* frame, const unsigned char* payload,
                                  size_t payload_size) {
  uint32_t crc = ExtendCrc(kCrcStart, frame, kFrameChecksumOffset);
  crc = ExtendCrc(crc, frame + kFrameTypeOffset, kFrameSize - kFrameTypeOffset);
  return FinishCrc(ExtendCrc(crc, payload, payload_size));
}

// What stands before a payload.
using FrameBytes = std::array<unsigned char, kFrameSize>;

constexpr FrameBytes FrameOf(RecordType type, std::span<const unsigned char> payload) {
  FrameBytes frame = {};
  internal::PutNumber(frame.data(), payload.size(), 4);
  internal::PutNumber(frame.data() + kFrameTypeOffset, static_cast<uint64_t>(type), 2);
  const uint32_t checksum = RecordChecksum(frame.data(), payload.data(), payload.size());
  internal::PutNumber(frame.data() + kFrameChecksumOffset, checksum, 4);
  return frame;
}

// What a file begins with.
using HeaderBytes = std::array<unsigned char, kFileHeaderSize>;

constexpr HeaderBytes MakeFileHeader() {
  HeaderBytes header = {};
  for (size_t i = 0; i < kMagicSize; ++i) header[i] = static_cast<unsigned char>(kMagic[i]);
  internal::PutNumber(header.data() + kMagicSize, kMajorVersion, 2);
  internal::PutNumber(header.data() + kMagicSize + 2, kMinorVersion, 2);
  return header;
}

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_FORMAT_H_
