#include "lockdep/record/packed.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>

#include "absl/strings/str_cat.h"
#include "lockdep/record/format.h"
#include "lockdep/record/frame_reader.h"
#include "lockdep/record/payload_reader.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {
namespace {

constexpr uint8_t kZlib = 1;  // The ways to pack; others may come.
constexpr size_t kPayloadStart = 5;

const Bytef* Raw(std::string_view bytes) { return reinterpret_cast<const Bytef*>(bytes.data()); }

// The payload, or nothing if it would not be worth it, or more than a reader takes.
std::string Pack(std::string_view records) {
  if (records.size() > kMostUnpacked) return {};
  uLongf size = compressBound(records.size());
  std::string packed(size, '\0');
  const int result =
      compress(reinterpret_cast<Bytef*>(packed.data()), &size, Raw(records), records.size());
  if (result != Z_OK) return {};
  std::array<unsigned char, kPayloadStart> start = {};
  internal::PutNumber(start.data(), records.size(), 4);
  start[4] = kZlib;
  const std::string payload =
      std::string(start.begin(), start.end()).append(packed, 0, static_cast<size_t>(size));
  const bool is_smaller = payload.size() + kFrameSize < records.size();
  return is_smaller && records.size() <= kMostBytesForPacked * payload.size() ? payload : "";
}

class Packer {
 public:
  explicit Packer(size_t part_size) : part_size_(part_size) {}

  std::string PackAll(std::string_view recording);

 private:
  void EndPart();

  size_t part_size_;
  std::string part_;
  std::string out_;
  bool has_packed_ = false;
};

void Packer::EndPart() {
  const std::string payload = Pack(part_);
  if (payload.empty()) {
    out_ += part_;
  } else {
    const FrameBytes frame = FrameOf(RecordType::kPacked, std::span(Raw(payload), payload.size()));
    out_.append(frame.begin(), frame.end());
    out_ += payload;
    has_packed_ = true;
  }
  part_.clear();
}

bool StaysAsItIs(uint16_t type) {
  return type == static_cast<uint16_t>(RecordType::kHeader) ||
         type == static_cast<uint16_t>(RecordType::kEvents) ||
         type == static_cast<uint16_t>(RecordType::kPacked);
}

std::string Packer::PackAll(std::string_view recording) {
  out_ = recording.substr(0, kFileHeaderSize);
  FrameReader frames(recording, kFileHeaderSize);
  while (frames.more()) {
    Frame frame;
    const bool is_whole = frames.Next(&frame).empty();
    const std::string_view bytes = recording.substr(frame.offset, frames.next() - frame.offset);
    if (!is_whole || StaysAsItIs(frame.type)) {
      EndPart();
      out_ += bytes;
      continue;
    }
    part_ += bytes;
    if (part_.size() >= part_size_) EndPart();
  }
  EndPart();
  auto* raw = reinterpret_cast<unsigned char*>(out_.data());
  if (has_packed_) internal::PutNumber(raw + kMagicSize, kPackedMajorVersion, 2);
  return std::move(out_);
}

}  // namespace

std::string PackRecording(std::string_view recording, size_t part) {
  if (recording.size() < std::max(part, kFileHeaderSize) || !LooksLikeRecording(recording)) {
    return std::string(recording);
  }
  return Packer(part).PackAll(recording);
}

std::string Unpack(std::string_view payload, std::string* fault) {
  PayloadReader in(payload);
  const uint32_t size = in.U32();
  const uint8_t way = in.U8();
  *fault = in.fault();
  if (!in.ok()) return {};
  if (way != kZlib) {
    *fault = absl::StrCat("packed in a way that this tool does not know (", way, ")");
    return {};
  }
  if (size > kMostUnpacked || size > kMostBytesForPacked * payload.size()) {
    *fault = absl::StrCat(payload.size(), " packed bytes that claim to be ", size);
    return {};
  }
  std::string records(size, '\0');
  uLongf unpacked = size;
  const std::string_view packed = payload.substr(kPayloadStart);
  const int result =
      uncompress(reinterpret_cast<Bytef*>(records.data()), &unpacked, Raw(packed), packed.size());
  if (result == Z_OK && unpacked == size) return records;
  *fault = "the packed bytes cannot be unpacked";
  return {};
}

}  // namespace lockdep::record
