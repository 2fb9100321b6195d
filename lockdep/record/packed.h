// Packed records: several records as one, compressed by zlib.
//
// Who writes a recording while a program runs packs nothing: each fact is to be in the
// file as soon as it is known.  A tool that keeps or unites recordings packs them
// afterwards, in parts, so that a damage costs one part and not the file.
//
// Thread safety: pure functions.

#ifndef LOCKDEP_RECORD_PACKED_H_
#define LOCKDEP_RECORD_PACKED_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace lockdep::record {

// A recording of less stays as it is, and a part ends once it has as much.
inline constexpr size_t kPackedPart = size_t{16} << 10;

// What a packed record may become, so that no small file needs much memory: this much at
// most, and at most so many bytes for each of its own.
inline constexpr size_t kMostUnpacked = size_t{1} << 20;
inline constexpr size_t kMostBytesForPacked = 64;

// The same recording in fewer bytes; the bytes themselves if they are no recording or few.
// What cannot be read in it stands there as before; so do the header, logs of events, which
// are read where they stand, and what is packed already.  `part` is for tests.
std::string PackRecording(std::string_view recording, size_t part = kPackedPart);

// Returns the records in the payload of a packed one, or, in `fault`, why they cannot be had.
std::string Unpack(std::string_view payload, std::string* fault);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_PACKED_H_
