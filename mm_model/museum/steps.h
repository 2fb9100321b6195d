// What tasks of several pieces do.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_MUSEUM_STEPS_H_
#define MM_MODEL_MUSEUM_STEPS_H_

#include "mm_model/scenario.h"

namespace mm_model {

// Accesses of user code to the first page of a mapping.
void FaultAnon(AddressSpace& space);
void FaultPrivate(AddressSpace& space);
void FaultShared(AddressSpace& space);

void UnmapAnon(AddressSpace& space);

// The file's shared mapping gets a page table with nothing in it.
void EmptyTable(AddressSpace& space);
// Empty tables of the file's mappings are taken out.
void Retract(AddressSpace& space);

// A second mapping of the second page of the file, which walks of the reverse mapping
// come to after the first.
inline constexpr unsigned long kSecondMapping = AddressSpace::kFree + PMD_SIZE;
void MapSecondPageElsewhere(AddressSpace& space);
// The same, and every processor has used it.
void MapAndCacheSecondPage(AddressSpace& space);
// Every processor has what the set-up's has cached.
void CacheEverywhere(AddressSpace& space);
// Moves its entry to where the first mapping has that page.
struct HowToMove {
  bool rmap_locks = true;
  bool flush_late = false;
};
void MoveSecondPage(AddressSpace& space, HowToMove how);

// Maps a huge page of a hugetlbfs file at kFree.
void MapHugetlb(AddressSpace& space);

}  // namespace mm_model

#endif  // MM_MODEL_MUSEUM_STEPS_H_
