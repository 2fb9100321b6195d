// The first address of the function around a code address, from its module's
// table of unwind information (.eh_frame_hdr).  Takes no lock of the loader.
//
// Thread safety: reads loaded modules; safe beside all but their unloading.

#ifndef LOCKDEP_HOOKS_FUNCTION_START_H_
#define LOCKDEP_HOOKS_FUNCTION_START_H_

#include <cstdint>

namespace lockdep::hooks {

// Returns `pc` itself where nothing tells.
uintptr_t FunctionStart(uintptr_t pc);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_FUNCTION_START_H_
