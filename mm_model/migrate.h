// Migration of folios.  Source: linux 7.0 mm/migrate.c.

#ifndef MM_MODEL_MIGRATE_H_
#define MM_MODEL_MIGRATE_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// Moves what the folio holds to a new one, and every entry with it.  Returns the
// new folio, or null if it is in use.
folio* migrate_folio(folio* src);

}  // namespace mm_model

#endif  // MM_MODEL_MIGRATE_H_
