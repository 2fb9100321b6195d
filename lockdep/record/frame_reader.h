// The records of a recording, one after the other, as they stand in its bytes.
//
// Where a record is cut short or damaged, reading goes on at the next one that is
// whole: where the damaged one says that it ends, else wherever a checksum is right.
// The work of looking for it is bounded by the size of the bytes, whatever they claim.
//
// Thread safety: none.

#ifndef LOCKDEP_RECORD_FRAME_READER_H_
#define LOCKDEP_RECORD_FRAME_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockdep::record {

struct Frame {
  size_t offset = 0;  // Of the frame, in the bytes.
  uint16_t type = 0;
  std::string_view payload;
};

class FrameReader {
 public:
  // From `start` on.
  FrameReader(std::string_view bytes, size_t start) : bytes_(bytes), next_(start) {}

  bool more() const { return next_ < bytes_.size(); }
  // Where the next record stands, or the end.
  size_t next() const { return next_; }

  // Returns the fault of the record that stands here, or nothing.  What lies between
  // the offset of a faulty one and next() is lost.
  std::string Next(Frame* frame);

 private:
  void GoOn(size_t claimed_end);
  bool IsWhole(size_t offset);

  std::string_view bytes_;
  size_t next_;
  size_t looked_at_ = 0;  // Bytes that were summed up in vain, or to find a whole record.
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_FRAME_READER_H_
