// The life of folios: allocation, the LRU, and the end.

#ifndef MM_MODEL_FOLIO_H_
#define MM_MODEL_FOLIO_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// A folio that nobody knows yet.  Allocating may reclaim.
MM_LOCK_FUNCTION folio* folio_alloc();

// Frees it if nothing maps it and nothing caches it: it must not be used, nor
// cached by any processor, from then on.
void folio_put(folio* page);

// Takes lru_lock.  New folios wait in batches of their processor, where nobody else
// sees them: they come to the list when these are drained.
void folio_add_lru(folio* page);
// Returns whether it was there, and is the caller's now.
bool folio_isolate_lru(folio* page);

}  // namespace mm_model

#endif  // MM_MODEL_FOLIO_H_
