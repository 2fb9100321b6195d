#include "lockdep/record/frame_reader.h"

#include "absl/strings/str_cat.h"
#include "lockdep/record/format.h"
#include "lockdep/record/payload_reader.h"

namespace lockdep::record {
namespace {

// Bytes of a real file are seldom looked at twice; only made ones reach this.
constexpr size_t kMostLooksAtAByte = 16;

struct FrameFields {
  uint32_t size = 0;
  uint32_t checksum = 0;
  uint16_t type = 0;
  uint16_t zero = 0;
};

// REQUIRES: `bytes` has a frame's size at least.
FrameFields FieldsOf(std::string_view bytes) {
  PayloadReader in(bytes.substr(0, kFrameSize));
  FrameFields fields;
  fields.size = in.U32();
  fields.checksum = in.U32();
  fields.type = in.U16();
  fields.zero = in.U16();
  return fields;
}

// REQUIRES: `bytes` has the whole record.
bool ChecksumMatches(std::string_view bytes, const FrameFields& fields) {
  const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
  return RecordChecksum(raw, raw + kFrameSize, fields.size) == fields.checksum;
}

}  // namespace

std::string FrameReader::Next(Frame* frame) {
  frame->offset = next_;
  const std::string_view rest = bytes_.substr(next_);
  if (rest.size() < kFrameSize) {
    next_ = bytes_.size();
    return "the file ends inside a record";
  }
  const FrameFields fields = FieldsOf(rest);
  if (fields.size > rest.size() - kFrameSize) {
    GoOn(next_ + 1);
    return absl::StrCat("the file ends inside a record of ", fields.size, " bytes");
  }
  const size_t end = next_ + kFrameSize + fields.size;
  if (!ChecksumMatches(rest, fields)) {
    looked_at_ += end - next_;
    GoOn(end);
    return "the checksum does not match";
  }
  frame->type = fields.type;
  frame->payload = rest.substr(kFrameSize, fields.size);
  next_ = end;
  return {};
}

void FrameReader::GoOn(size_t claimed_end) {
  const size_t damaged = next_;
  const size_t most = kMostLooksAtAByte * bytes_.size();
  next_ = claimed_end;
  if (looked_at_ <= most && IsWhole(next_)) return;
  for (next_ = damaged + 1; more() && looked_at_ <= most; ++next_) {
    if (IsWhole(next_)) return;
  }
  next_ = bytes_.size();
}

bool FrameReader::IsWhole(size_t offset) {
  const std::string_view rest = bytes_.substr(offset);
  if (rest.size() < kFrameSize) return false;
  const FrameFields fields = FieldsOf(rest);
  if (fields.size > rest.size() - kFrameSize || fields.type == 0 || fields.zero != 0) return false;
  looked_at_ += kFrameSize + fields.size;
  return ChecksumMatches(rest, fields);
}

}  // namespace lockdep::record
