// Takes a record's payload apart.  The first fault is kept, and everything read
// after it is zero, so that a caller may check once, at the end.

#ifndef LOCKDEP_RECORD_PAYLOAD_READER_H_
#define LOCKDEP_RECORD_PAYLOAD_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace lockdep::record {

class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload) : rest_(payload) {}

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }

  // A length and that many bytes.
  std::string Blob() {
    const uint32_t size = U32();
    if (size > rest_.size()) {
      Fail(absl::StrCat("a string of ", size, " bytes in a record with ", rest_.size(), " left"));
      return {};
    }
    std::string bytes(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return bytes;
  }

  // How many items of at least `item_size` bytes follow.
  uint32_t Count(size_t item_size, const char* what) {
    const uint32_t count = U32();
    if (count <= rest_.size() / item_size) return count;
    Fail(absl::StrCat(count, " ", what, " in a record with ", rest_.size(), " bytes left"));
    return 0;
  }

  // REQUIRES: `last` is the enum's greatest value.
  template <typename Enum>
  Enum EnumUpTo(Enum last, const char* what) {
    const uint8_t value = U8();
    if (value <= static_cast<uint8_t>(last)) return static_cast<Enum>(value);
    Fail(absl::StrCat(what, " ", value, " is not known"));
    return Enum{};
  }

  void Fail(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
    rest_ = {};
  }

  // Whether there is more: a field of a later minor version than the writer's is not.
  bool more() const { return !rest_.empty(); }

  bool ok() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }

 private:
  uint64_t Number(size_t width) {
    if (rest_.size() < width) {
      Fail("the record is too short");
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    }
    rest_.remove_prefix(width);
    return value;
  }

  std::string_view rest_;
  std::string fault_;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_PAYLOAD_READER_H_
