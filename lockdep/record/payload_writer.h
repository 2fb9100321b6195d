// Lays out a record's payload in memory that the caller owns.  What does not
// fit is counted but not written: the caller then offers more and starts again.

#ifndef LOCKDEP_RECORD_PAYLOAD_WRITER_H_
#define LOCKDEP_RECORD_PAYLOAD_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace lockdep::record {

class PayloadWriter {
 public:
  PayloadWriter(unsigned char* data, size_t capacity) : data_(data), capacity_(capacity) {}

  void U8(uint8_t value) { Number(value, 1); }
  void U16(uint16_t value) { Number(value, 2); }
  void U32(uint32_t value) { Number(value, 4); }
  void U64(uint64_t value) { Number(value, 8); }
  // An enum's value; its meaning is part of the format.
  template <typename Enum>
  void Id(Enum id) {
    U32(static_cast<uint32_t>(id));
  }

  // Length, then bytes.
  void Blob(const void* bytes, size_t size) {
    U32(static_cast<uint32_t>(size));
    Raw(bytes, size);
  }

  // Null is written as the empty string.
  void String(const char* text) { Blob(text, text == nullptr ? 0 : strlen(text)); }
  void String(std::string_view text) { Blob(text.data(), text.size()); }

  void Raw(const void* bytes, size_t size) {
    if (size != 0 && size_ + size <= capacity_) memcpy(data_ + size_, bytes, size);
    size_ += size;
  }

  const unsigned char* data() const { return data_; }
  // REQUIRES: fits().
  std::span<const unsigned char> bytes() const { return {data_, size_}; }
  size_t size() const { return size_; }
  bool fits() const { return size_ <= capacity_; }

 private:
  void Number(uint64_t value, size_t width) {
    unsigned char bytes[8];
    for (size_t i = 0; i < width; ++i) bytes[i] = static_cast<unsigned char>(value >> (8 * i));
    Raw(bytes, width);
  }

  unsigned char* data_;
  size_t capacity_;
  size_t size_ = 0;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_PAYLOAD_WRITER_H_
