// The museum: historical bugs of the kernel, each as it was and as it was mended.
//
// Thread safety: the collection is constant; checks are for one thread.

#ifndef MM_MODEL_VERIFY_MUSEUM_CHECK_H_
#define MM_MODEL_VERIFY_MUSEUM_CHECK_H_

#include <optional>

#include "mm_model/explore/explorer.h"
#include "mm_model/museum/museum.h"

namespace mm_model {

struct MuseumVerdict {
  const MuseumPiece* piece = nullptr;
  bool broken_is_flagged = false;  // By what the piece expects.
  bool fixed_is_clean = false;
  Finding finding;                   // Of the broken one; the first if it is not what is expected.
  std::optional<Schedule> schedule;  // That shows it by itself; none if it takes several.
  Finding fixed_finding;             // Of the fixed one, if it is not clean.
  uint64_t executions = 0;
};

// Explores both, up to so many executions each.
MuseumVerdict CheckPiece(const MuseumPiece& piece, lockdep::DeclaredOrder order,
                         uint64_t max_executions);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_MUSEUM_CHECK_H_
