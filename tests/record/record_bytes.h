// Recordings made byte by byte, for what no recorder would write.

#ifndef LOCKDEP_TESTS_RECORD_RECORD_BYTES_H_
#define LOCKDEP_TESTS_RECORD_RECORD_BYTES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "lockdep/record/format.h"

namespace lockdep::record {

inline std::string Number(uint64_t value, size_t width) {
  std::string bytes;
  for (size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}
inline std::string U8(uint64_t value) { return Number(value, 1); }
inline std::string U16(uint64_t value) { return Number(value, 2); }
inline std::string U32(uint64_t value) { return Number(value, 4); }
inline std::string U64(uint64_t value) { return Number(value, 8); }
inline std::string Text(std::string_view text) { return U32(text.size()) + std::string(text); }

inline std::string FileHeader(uint16_t major = kMajorVersion, uint16_t minor = kMinorVersion) {
  return std::string(kMagic, kMagicSize) + U16(major) + U16(minor) + U32(0);
}

// A record with its frame; the checksum is right.
inline std::string RecordBytes(RecordType type, const std::string& payload) {
  std::string frame = U32(payload.size()) + U32(0) + U16(static_cast<uint64_t>(type)) + U16(0);
  const uint32_t checksum =
      RecordChecksum(reinterpret_cast<const unsigned char*>(frame.data()),
                     reinterpret_cast<const unsigned char*>(payload.data()), payload.size());
  frame.replace(kFrameChecksumOffset, 4, U32(checksum));
  return frame + payload;
}

inline std::string HeaderRecord(const std::string& command = "prog") {
  return RecordBytes(RecordType::kHeader, U64(17) + U64(1) + U16(62) + U8(8) + Text(command));
}
inline std::string ThreadRecord(uint32_t id, const std::string& name) {
  return RecordBytes(RecordType::kThread, U32(id) + Text(name));
}
inline std::string ClassRecord(uint32_t id, const std::string& name) {
  return RecordBytes(RecordType::kClass,
                     U32(id) + U8(0) + U8(1) + U8(0) + U64(id) + U64(0) + U64(0) + Text(name));
}
inline std::string DependencyRecord(uint32_t from, uint32_t to, uint32_t thread) {
  return RecordBytes(RecordType::kDependency, U32(from) + U32(to) + U8(3) + U8(0) + U8(0) +
                                                  U32(thread) + U64(0x10) + U64(0x20) + U32(0) +
                                                  U32(0));
}
inline std::string ModuleRecord(uint64_t begin, uint64_t end, const std::string& path) {
  return RecordBytes(RecordType::kModule,
                     U64(begin) + U64(end) + U64(begin) + Text("\x01\x02") + Text(path));
}

}  // namespace lockdep::record

#endif  // LOCKDEP_TESTS_RECORD_RECORD_BYTES_H_
