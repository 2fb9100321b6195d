// Texts that are made at run time and must outlive every validator: what is
// broken is told in words that depend on the execution.  Equal texts are one.
//
// Thread safety: none; used by the thread that runs the model.

#ifndef MM_MODEL_INTERNED_H_
#define MM_MODEL_INTERNED_H_

#include <string>

namespace mm_model {

// Lives as long as the program.
const char* Interned(const std::string& text);

}  // namespace mm_model

#endif  // MM_MODEL_INTERNED_H_
