// What a task holds, in words, for people.
//
// Thread safety: used by the thread that runs the model.

#ifndef MM_MODEL_HELD_BY_H_
#define MM_MODEL_HELD_BY_H_

#include <string>

#include "mm_model/task.h"

namespace mm_model {

// "mm->mmap_lock (write), folio_lock (write)", in the order in which the locks
// were taken; "nothing" if there are none.  The engine hears of a lock before it
// is waited for: one that the task's next step takes or awaits is not held yet.
std::string HeldBy(const Task& task);

}  // namespace mm_model

#endif  // MM_MODEL_HELD_BY_H_
