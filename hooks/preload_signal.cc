// Signal handlers and masks.

#include <setjmp.h>
#include <signal.h>

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/signal_contexts.h"
#include "hooks/signal_handlers.h"

using lockdep::hooks::ChangeAction;
using lockdep::hooks::ChangeHandler;
using lockdep::hooks::Lasts;
using lockdep::hooks::LeaveHandlers;
using lockdep::hooks::NoteMaskChanged;
namespace real = lockdep::hooks::real;

EXPORTED int sigaction(int signal, const struct sigaction* action, struct sigaction* old) noexcept {
  return ChangeAction(signal, action, old);
}

EXPORTED __sighandler_t signal(int signal, __sighandler_t handler) noexcept {
  return ChangeHandler(signal, handler, Lasts::kForEver, real::signal);
}

EXPORTED __sighandler_t sysv_signal(int signal, __sighandler_t handler) noexcept {
  return ChangeHandler(signal, handler, Lasts::kOnce, real::sysv_signal);
}

EXPORTED int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  const int result = real::pthread_sigmask(how, set, old);
  if (set != nullptr) NoteMaskChanged();
  return result;
}

EXPORTED int sigprocmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  const int result = real::sigprocmask(how, set, old);
  if (set != nullptr) NoteMaskChanged();
  return result;
}

EXPORTED __sighandler_t __sysv_signal(int signal, __sighandler_t handler) noexcept {
  return ChangeHandler(signal, handler, Lasts::kOnce, real::__sysv_signal);
}

// The mask is asked for after the jump, by the next lock that is taken.
#define JUMP(function)                                                                          \
  EXPORTED __attribute__((noreturn)) void function(__jmp_buf_tag* target, int value) noexcept { \
    LeaveHandlers(target);                                                                      \
    NoteMaskChanged();                                                                          \
    real::function(target, value);                                                              \
    __builtin_unreachable();                                                                    \
  }

JUMP(siglongjmp)
JUMP(longjmp)
JUMP(_longjmp)
JUMP(__longjmp_chk)
