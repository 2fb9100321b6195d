// The kernel paths that tasks run, as a list for people.
//
// Thread safety: constant.

#ifndef MM_MODEL_OPERATIONS_H_
#define MM_MODEL_OPERATIONS_H_

#include <span>

namespace mm_model {

// The version of the kernel that they follow; a file says where it keeps to another.
inline constexpr char kFollowedKernel[] = "linux 7.0";

struct Operation {
  const char* name;         // The function, as here so in the kernel where it has one.
  const char* description;  // A few words.
  const char* file;         // In mm_model/.
  const char* follows;      // The file of the kernel.
  const char* scenario;     // One that runs it.
};

std::span<const Operation> AllOperations();

}  // namespace mm_model

#endif  // MM_MODEL_OPERATIONS_H_
