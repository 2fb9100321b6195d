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

// The words between may be anything, redzones of a sanitizer included.
#define LOCKDEP_READS_THE_STACK __attribute__((no_sanitize("address", "thread")))

// Where the word is; null if it is not there.
LOCKDEP_READS_THE_STACK inline const uintptr_t* Find(const uintptr_t* word, const uintptr_t* end,
                                                     uintptr_t wanted) {
  for (; word < end; ++word) {
    if (*word == wanted) return word;
  }
  return nullptr;
}

// The same behind the end of a page.
LOCKDEP_READS_THE_STACK __attribute__((noinline)) const uintptr_t* FindBeyond(const uintptr_t* page,
                                                                              const uintptr_t* end,
                                                                              uintptr_t wanted) {
  return page < end && IsReadable(page) ? Find(page, end, wanted) : nullptr;
}

}  // namespace

LOCKDEP_READS_THE_STACK CallSite SiteOf(unsigned long ip, const void* frame, int stack_arguments) {
  const auto* words = static_cast<const uintptr_t*>(frame);
  CallSite site;
  site.pcs[0] = words[1];
  site.frame = reinterpret_cast<uintptr_t>(words);
  if (ip == 0 || ip == words[1]) return site;
  const uintptr_t* const first = words + 2 + stack_arguments;
  const uintptr_t* const end = words + kSearched + 1;
  // What is passed on the stack is there, and so is the rest of its page.
  const uintptr_t* const sure = EndOfPage(first - 1);
  const uintptr_t* found = Find(first, std::min(sure, end), ip);
  if (found == nullptr) [[unlikely]]
    found = FindBeyond(sure, end, ip);
  if (found == nullptr) return site;
  site.pcs[0] = ip;
  site.frame = reinterpret_cast<uintptr_t>(found - 1);
  return site;
}

}  // namespace lockdep::kernel
