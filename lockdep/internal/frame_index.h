// The sorted table over the frame descriptions of a module: .eh_frame_hdr, as the Linux Standard
// Base describes it (Core, "The .eh_frame_hdr section").
//
// Thread safety: reads what the loader mapped and nobody writes.

#ifndef LOCKDEP_INTERNAL_FRAME_INDEX_H_
#define LOCKDEP_INTERNAL_FRAME_INDEX_H_

#include <cstdint>

namespace lockdep::internal {

// Whether the code at `pc` may have a description.  False is certain; true also where the table is
// written in another way than linkers do.  Cost: a binary search.
bool MayHaveDescription(const void* eh_frame_hdr, uintptr_t pc);

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_FRAME_INDEX_H_
