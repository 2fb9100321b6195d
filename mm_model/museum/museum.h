// A museum piece: a bug that the kernel had, as the tasks that ran into it, and
// the same tasks after it was mended.  Each family of bugs is a file here; what is
// told in them is our own short model of the commit, with the commit or CVE.
//
// Beside them stand the consequences, why_*.cc: for rules whose reason the documents
// give, tasks that break the rule until that comes about, and the same tasks keeping it.
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

inline constexpr std::string_view kMuseumGroup = "museum";
inline constexpr std::string_view kWhyGroup = "why";

struct MuseumPiece {
  const char* name;       // "stackrot"
  const char* reference;  // "CVE-2023-3269, 8d7071af8907"
  lockdep::ViolationKind expected;
  Scenario broken;
  Scenario fixed;
};

// Behind a reference: the steps are those that the mended code shows to have been missing;
// elsewhere they are those of the commit's text, or of a report.
#define MM_AFTER_THE_FIX "; steps after the fix"

// A piece whose two versions differ in what some tasks run.
#define MM_PIECE(name, reference, expected, what, broken, fixed, prepare)        \
  {                                                                              \
    name, reference, lockdep::ViolationKind::expected,                           \
        {name, kMuseumGroup.data(), what " (" reference ")", broken, prepare}, { \
      name "-mended", "museum, mended", what ": mended", fixed, prepare          \
    }                                                                            \
  }

// A consequence: `reference` is the document and the rule.
#define MM_WHY(name, reference, expected, what, broken, kept, prepare)        \
  {                                                                           \
    name, reference, lockdep::ViolationKind::expected,                        \
        {name, kWhyGroup.data(), what " (" reference ")", broken, prepare}, { \
      name "-kept", "why, rule kept", what ": kept", kept, prepare            \
    }                                                                         \
  }

// All pieces, family by family.
const std::vector<MuseumPiece>& AllMuseumPieces();
const std::vector<MuseumPiece>& AllConsequences();

// museum/*.cc
std::span<const MuseumPiece> FieldPieces();
std::span<const MuseumPiece> LifetimePieces();
std::span<const MuseumPiece> PageTablePieces();
std::span<const MuseumPiece> OrderPieces();
std::span<const MuseumPiece> BalancePieces();
std::span<const MuseumPiece> VmaLockConsequences();
std::span<const MuseumPiece> PageTableConsequences();

}  // namespace mm_model

#endif  // MM_MODEL_MUSEUM_MUSEUM_H_
