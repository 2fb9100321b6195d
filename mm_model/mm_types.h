// The objects that mm locking is about, in the kernel's own names: what the
// locks protect, and that for real; nothing else.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_MM_TYPES_H_
#define MM_MODEL_MM_TYPES_H_

#include "mm_model/types/file_types.h"
#include "mm_model/types/memory_types.h"
#include "mm_model/types/page_table_types.h"
#include "mm_model/types/tlb_types.h"
#include "mm_model/types/vma_types.h"

#endif  // MM_MODEL_MM_TYPES_H_
