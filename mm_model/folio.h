// The life of folios: allocation, the LRU, and the end.

#ifndef MM_MODEL_FOLIO_H_
#define MM_MODEL_FOLIO_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// A folio that nobody knows yet.  Allocating may reclaim.
MM_LOCK_FUNCTION folio* folio_alloc();
// The same, for anonymous memory at the address.
folio* vma_alloc_folio(vm_area_struct* vma, unsigned long address);

// Constant while it is mapped.
bool folio_test_anon(const folio& page);

// Frees it, unless it is mapped, pinned, cached, locked or isolated from the LRU: who
// locked or isolated it puts it when he is done.  No processor may use it from then on.
void folio_put(folio* page);

// The running task uses the page: it must not have been given back.
void CheckInUse(const folio& page);

// New folios wait in the batch of their processor: they come to the list, once, when
// it is drained.
void lru_add_drain(folio* page);
// Returns whether it was on the list, and is the caller's now.
bool folio_isolate_lru(folio* page);
// Gives it back to the list, and puts it.
void folio_putback_lru(folio* page);

}  // namespace mm_model

#endif  // MM_MODEL_FOLIO_H_
