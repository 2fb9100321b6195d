#include "hooks/libc_functions.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>

namespace lockdep::hooks {
namespace {

const void* ModuleOf(const void* function) {
  dl_find_object found;
  return _dl_find_object(const_cast<void*>(function), &found) == 0 ? found.dlfo_map_start : nullptr;
}

}  // namespace

bool IsOfLibc(const void* function) {
  const void* libc = ModuleOf(reinterpret_cast<const void*>(&gnu_get_libc_version));
  return libc != nullptr && ModuleOf(function) == libc;
}

}  // namespace lockdep::hooks
