#include "lockdep/kernel/site.h"

namespace lockdep::kernel {
namespace {

// How far above its frame a primitive's return address is looked for, in words.
// There is always that much: below the first function of a thread lie its
// start function's frames and its descriptor.
constexpr int kSearched = 32;

}  // namespace

// The words between may be anything, redzones of a sanitizer included.
__attribute__((no_sanitize("address", "thread"))) CallSite SiteOf(unsigned long ip,
                                                                  const void* frame) {
  const auto* words = static_cast<const uintptr_t*>(frame);
  CallSite site;
  site.pcs[0] = words[1];
  site.frame = reinterpret_cast<uintptr_t>(words);
  if (ip == 0) return site;
  for (int i = 1; i <= kSearched; ++i) {
    if (words[i] != ip) continue;
    site.pcs[0] = ip;
    site.frame = reinterpret_cast<uintptr_t>(words + i - 1);
    break;
  }
  return site;
}

}  // namespace lockdep::kernel
