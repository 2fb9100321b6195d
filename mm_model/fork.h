// fork's copy of an address space, also without what keeps it right: for showing
// why it is there.

#ifndef MM_MODEL_FORK_H_
#define MM_MODEL_FORK_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// dup_mm; with `lock_vmas` false, faults go on in the VMAs that it copies.
mm_struct* dup_mm_for_study(mm_struct* oldmm, bool lock_vmas);

}  // namespace mm_model

#endif  // MM_MODEL_FORK_H_
