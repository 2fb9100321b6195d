// The declared-order language: one arc a line, `A -> B  # why`.
// docs/order_format.md describes it for those who write such files.
//
// What is refused: control characters, names over kMaxNameLength, texts over
// kMaxFileSize, an arc from a name to itself.  Nothing else limits a file: all
// that is kept is proportional to its text.
//
// Invariants: (1) every arc names two locks, neither empty nor with a NUL in
// it; (2) FormatOrderFile and ParseOrderFile are each other's inverse but for
// line numbers, blanks and comments that stand alone.
//
// Thread safety: pure functions on plain data.  Cost: linear in the text.

#ifndef LOCKDEP_ORDER_ORDER_FILE_H_
#define LOCKDEP_ORDER_ORDER_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lockdep::order {

inline constexpr size_t kMaxNameLength = 4096;
inline constexpr size_t kMaxFileSize = size_t{16} << 20;

// Stale: written down, but known not to be what the code does.  A stale arc is
// shown and never enforced.
enum class ArcStatus : uint8_t { kDeclared, kStale };

struct Arc {
  std::string from;
  std::string to;
  ArcStatus status = ArcStatus::kDeclared;
  std::string why;      // May be empty.
  int line = 0;         // In the order file.
  int source_line = 0;  // In the section's source; 0 if not given.

  friend bool operator==(const Arc&, const Arc&) = default;
};

// What one tree of an order says.  It is one statement: A -> B and B -> C in it
// say A -> C too, and still do if A -> B turns out to be disputed.
struct Section {
  std::string source;  // "linux-6.12 mm/rmap.c"; empty if the file speaks for itself.
  std::vector<Arc> arcs;

  friend bool operator==(const Section&, const Section&) = default;
};

// Two spellings of one lock.
struct Alias {
  std::string name;
  std::string spelling;
  int line = 0;

  friend bool operator==(const Alias&, const Alias&) = default;
};

struct Include {
  std::string path;  // As written.
  int line = 0;

  friend bool operator==(const Include&, const Include&) = default;
};

struct OrderFile {
  std::string path;  // What messages call it.
  std::vector<Include> includes;
  std::vector<Alias> aliases;
  std::vector<Section> sections;  // None is empty.

  friend bool operator==(const OrderFile&, const OrderFile&) = default;
};

// Parses `text`.  Errors read "PATH:LINE: reason; what is expected".  Includes
// are noted, not read: see load.h.
absl::StatusOr<OrderFile> ParseOrderFile(absl::string_view path, absl::string_view text);

// The file as text that parses to the same.
std::string FormatOrderFile(const OrderFile& file);

// One arc as a line of an order file, without a line end.
std::string FormatArc(const Arc& arc);

// `name` as an order file spells it: quoted where it must be.
std::string FormatName(absl::string_view name);

// Where the arc was taken from if that is known, else where it stands:
// "linux-6.12 mm/rmap.c:24" or "my.order:3".
std::string FormatPlace(const OrderFile& file, const Section& section, const Arc& arc);

// For people: "linux-6.12 mm/rmap.c:24: inode->i_rwsem -> mm->mmap_lock (why)".
std::string Describe(const OrderFile& file, const Section& section, const Arc& arc);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_ORDER_FILE_H_
