// Swap: slots, the swap cache, and the list of address spaces that have swap
// entries.  A slot is a number from 1; its count is that of entries and of the
// cache.
//
// Source: linux 7.0 mm/swapfile.c, mm/swap_state.c.  There is one device with one
// cluster; reading and writing it takes no time.

#ifndef MM_MODEL_SWAP_H_
#define MM_MODEL_SWAP_H_

#include "mm_model/mm_ops.h"
#include "mm_model/mm_types.h"

namespace mm_model {

// Gives the folio a slot and puts it into the swap cache.  Returns false if there
// is no slot.  REQUIRES: the folio locked.
bool folio_alloc_swap(folio* page);
// Takes it out of the cache again, unless it is mapped.  Returns whether it did.
bool swap_cache_del(folio* page);
// The folio of the slot, or null.
folio* swap_cache_get_folio(unsigned long slot);

// One more, one less entry for the slot.
void swap_duplicate(unsigned long slot);
void swap_free(unsigned long slot);

// Has swapoff look at the mm.
void add_to_mmlist(mm_struct* mm);

// A fault on a swap or migration entry.
vm_fault_t do_swap_page(vm_fault* vmf);
// Brings every page back and closes the device.
void swapoff();

// One folio of memory pressure: swaps or drops it, if nobody uses it.
void shrink_folio(folio* page);

}  // namespace mm_model

#endif  // MM_MODEL_SWAP_H_
