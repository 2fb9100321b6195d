#include "lockdep/kernel/site.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace lockdep::kernel {
namespace {

// How far above its frame a primitive's return address is looked for, in words.
constexpr int kSearched = 32;

// The kernel looks at the signal set before it refuses the first argument.
bool IsReadable(const uintptr_t* word) {
  constexpr int kNoOperation = ~0;
  constexpr size_t kSetSize = 8;
  const int saved_errno = errno;
  syscall(SYS_rt_sigprocmask, kNoOperation, word, nullptr, kSetSize);
  const bool is_readable = errno != EFAULT;
  errno = saved_errno;
  return is_readable;
}

// The end of the memory page; on every machine, pages are at least so large.
const uintptr_t* EndOfPage(const uintptr_t* word) {
  constexpr uintptr_t kPageSize = 4096;
  return reinterpret_cast<const uintptr_t*>((reinterpret_cast<uintptr_t>(word) | (kPageSize - 1)) +
                                            1);
}

// The words between may be anything, redzones of a sanitizer included.  Returns `end`
// if it is not there.
__attribute__((no_sanitize("address", "thread"))) const uintptr_t* Find(const uintptr_t* word,
                                                                        const uintptr_t* end,
                                                                        uintptr_t wanted) {
  while (word != end && *word != wanted) ++word;
  return word;
}

// Where on the stack the return address is; null if it is not found.
const uintptr_t* FindOnStack(const uintptr_t* first, const uintptr_t* end, uintptr_t wanted) {
  // That of this function's own caller is there.
  const uintptr_t* const sure = std::min(EndOfPage(first - 1), end);
  const uintptr_t* found = Find(first, sure, wanted);
  if (found != sure) return found;
  if (sure == end || !IsReadable(sure)) return nullptr;
  found = Find(sure, end, wanted);
  return found == end ? nullptr : found;
}

}  // namespace

__attribute__((no_sanitize("address", "thread"))) CallSite SiteOf(unsigned long ip,
                                                                  const void* frame,
                                                                  int stack_arguments) {
  const auto* words = static_cast<const uintptr_t*>(frame);
  CallSite site;
  site.pcs[0] = words[1];
  site.frame = reinterpret_cast<uintptr_t>(words);
  if (ip == 0 || ip == words[1]) return site;
  const uintptr_t* const found =
      FindOnStack(words + 2 + stack_arguments, words + kSearched + 1, ip);
  if (found == nullptr) return site;
  site.pcs[0] = ip;
  site.frame = reinterpret_cast<uintptr_t>(found - 1);
  return site;
}

}  // namespace lockdep::kernel
