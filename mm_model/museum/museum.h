// A museum piece: a bug that the kernel had, as the tasks that ran into it, and
// the same tasks after it was mended.  Each family of bugs is a file here; what is
// told in them is our own short model of the commit, with the commit or CVE.
//
// `expected` is what the broken one is found to be; it serves the check alone, and
// nothing that runs in a task knows it.
//
// Thread safety: constant.

#ifndef MM_MODEL_MUSEUM_MUSEUM_H_
#define MM_MODEL_MUSEUM_MUSEUM_H_

#include <span>
#include <string_view>
#include <vector>

#include "lockdep/violation.h"
#include "mm_model/scenario.h"

namespace mm_model {

struct MuseumPiece {
  const char* name;       // "stackrot"
  const char* reference;  // "CVE-2023-3269, 8d7071af8907"
  lockdep::ViolationKind expected;
  Scenario broken;
  Scenario fixed;
};

inline constexpr std::string_view kMuseumGroup = "museum";
inline constexpr std::string_view kMendedGroup = "museum, mended";

// A piece whose two versions differ in what some tasks run.
#define MM_PIECE(name, reference, expected, what, broken, fixed, prepare) \
  {                                                                       \
    name, reference, lockdep::ViolationKind::expected,                    \
        {name, "museum", what " (" reference ")", broken, prepare}, {     \
      name "-mended", "museum, mended", what ": mended", fixed, prepare   \
    }                                                                     \
  }

// All pieces, family by family.
const std::vector<MuseumPiece>& AllMuseumPieces();

// museum/*.cc
std::span<const MuseumPiece> FieldPieces();
std::span<const MuseumPiece> LifetimePieces();
std::span<const MuseumPiece> PageTablePieces();
std::span<const MuseumPiece> OrderPieces();
std::span<const MuseumPiece> BalancePieces();

}  // namespace mm_model

#endif  // MM_MODEL_MUSEUM_MUSEUM_H_
