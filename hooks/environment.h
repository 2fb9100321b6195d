// The environment of the process, also before libc has taken it over: a
// function in .preinit_array (sanitizer runtimes have one) may lock before that.
//
// Thread safety: as getenv.

#ifndef LOCKDEP_HOOKS_ENVIRONMENT_H_
#define LOCKDEP_HOOKS_ENVIRONMENT_H_

namespace lockdep::hooks {

// The value of the variable, or null.
const char* FindVariable(const char* name);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_ENVIRONMENT_H_
