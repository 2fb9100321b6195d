// Where an event comes from: the `ip` that it was called with.
//
// Thread safety: reads the caller's own stack.

#ifndef LOCKDEP_KERNEL_SITE_H_
#define LOCKDEP_KERNEL_SITE_H_

#include <cstdint>

#include "lockdep/call_site.h"

namespace lockdep::kernel {

// `frame` is __builtin_frame_address(0) of the function that the host called.
// If `ip` is a return address on the stack just above it, it is the site, and
// what lies between are primitives that nobody wants to see; else the site is
// that function's own caller.
//
// `stack_arguments` is how many words of that function's arguments were passed on the
// stack: they follow its own return address, and one of them may be `ip` itself.
//
// Cost: a few loads when ip is where it is expected, 32 at most; and one system call
// where the search goes over the end of a page, behind which a fiber's stack may end.
CallSite SiteOf(unsigned long ip, const void* frame, int stack_arguments = 0);

// In the body of a function of the interface.
#define LOCKDEP_KERNEL_SITE(ip) ::lockdep::kernel::SiteOf(ip, __builtin_frame_address(0))
// The same if `ip` is the seventh argument, the first that is passed on the stack.
#define LOCKDEP_KERNEL_SITE_OF_SEVENTH(ip) \
  ::lockdep::kernel::SiteOf(ip, __builtin_frame_address(0), 1)

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_SITE_H_
