// The cookies that a thread got for each lock that it pinned: unpin(A) of an event
// program gives back the last one since the thread let go of A.

#ifndef TESTS_SUPPORT_PIN_BOOK_H_
#define TESTS_SUPPORT_PIN_BOOK_H_

#include <map>
#include <vector>

#include "lockdep/acquisition.h"

namespace lockdep::testing {

template <typename Lock>
class PinBook {
 public:
  void Note(Lock lock, PinCookie cookie) {
    if (cookie.value != 0) cookies_[lock].push_back(cookie);
  }

  // One that nobody gave out, if there is none.
  PinCookie TakeBack(Lock lock) {
    std::vector<PinCookie>& cookies = cookies_[lock];
    if (cookies.empty()) return PinCookie{~uint32_t{0}};
    const PinCookie cookie = cookies.back();
    cookies.pop_back();
    return cookie;
  }

  void Forget(Lock lock) { cookies_.erase(lock); }
  void Clear() { cookies_.clear(); }

 private:
  std::map<Lock, std::vector<PinCookie>> cookies_;
};

}  // namespace lockdep::testing

#endif  // TESTS_SUPPORT_PIN_BOOK_H_
