// How the functions of interposed.def are defined.

#ifndef LOCKDEP_HOOKS_EXPORTED_H_
#define LOCKDEP_HOOKS_EXPORTED_H_

#define EXPORTED extern "C" __attribute__((visibility("default")))

#endif  // LOCKDEP_HOOKS_EXPORTED_H_
