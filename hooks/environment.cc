#include "hooks/environment.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include <cstdint>

namespace lockdep::hooks {
namespace {

// Where the kernel put it: behind argc, the arguments and a null pointer.
char** InitialEnvironment() {
  const auto* stack_end = static_cast<void* const*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  if (stack_end == nullptr) return nullptr;
  auto* const words = static_cast<uintptr_t*>(*stack_end);
  return reinterpret_cast<char**>(words + 1 + words[0] + 1);
}

}  // namespace

const char* FindVariable(const char* name) {
  const size_t length = strlen(name);
  char** variable = environ != nullptr ? environ : InitialEnvironment();
  for (; variable != nullptr && *variable != nullptr; ++variable) {
    if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=') {
      return *variable + length + 1;
    }
  }
  return nullptr;
}

}  // namespace lockdep::hooks
