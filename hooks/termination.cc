#include "hooks/termination.h"

#include <signal.h>

#include <cerrno>

#include "hooks/lifecycle.h"
#include "hooks/real.h"

namespace lockdep::hooks {
namespace {

// Never inside the cold path, which blocks signals.  The handler is the default one again
// when it runs, and the signal waits until it returns.
void OnTermination(int signal) {
  constexpr int kKilledBySignal = 128;
  FinishProcess(kKilledBySignal + signal);
  raise(signal);
}

}  // namespace

void ReportOnTermination() {
  const int saved_errno = errno;
  struct sigaction action = {};
  if (real::sigaction(SIGTERM, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
    action.sa_handler = OnTermination;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    real::sigaction(SIGTERM, &action, nullptr);
  }
  errno = saved_errno;
}

}  // namespace lockdep::hooks
