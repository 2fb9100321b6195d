// Holds that end when a function of ours returns, unless it never does: code of the
// program that runs inside may leave by an exception or a jump, and nothing here
// has landing pads, because their runtime is not libc.  What was left behind is
// noticed at the next event of the thread that comes from further out.
//
// Thread safety: of the calling thread, behind the gate.

#ifndef LOCKDEP_HOOKS_SECTIONS_H_
#define LOCKDEP_HOOKS_SECTIONS_H_

#include <cstdint>

#include "hooks/caller.h"
#include "hooks/resource.h"

namespace lockdep::hooks {

// The exported function that `caller` called holds `resource` until CloseSection.
// Deeper nesting than there is room for is not watched.
void OpenSection(Resource* resource, const Caller& caller);
void CloseSection();

extern constinit thread_local uint32_t open_sections;

void ReleaseLeftSections(uintptr_t frame);

// Releases what functions have left behind: those that stood further in than `frame`,
// and those whose return address is not on the stack any more.
inline void ForgetLeftSections(uintptr_t frame) {
  if (open_sections != 0) [[unlikely]]
    ReleaseLeftSections(frame);
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SECTIONS_H_
