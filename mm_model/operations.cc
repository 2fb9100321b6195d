#include "mm_model/operations.h"

namespace mm_model {
namespace {

constexpr Operation kOperations[] = {
#define MM_OPERATION(name, description, file, follows, scenario) \
  {name, description, file, follows, scenario},
#include "mm_model/operations.def"
#undef MM_OPERATION
};

}  // namespace

std::span<const Operation> AllOperations() { return kOperations; }

}  // namespace mm_model
