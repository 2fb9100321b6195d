// Watched locks for C++: drop-in replacements for the standard library's, for
// std::lock_guard and its kin, std::condition_variable_any, and Clang's
// thread-safety analysis.
//
//   lockdep::Mutex accounts_mutex{"accounts"};
//   int balance LOCKDEP_GUARDED_BY(accounts_mutex);
//
//   lockdep::MutexLock lock(accounts_mutex);
//
// Link lockdep::kernel.  A finding is a line on standard error;
// docs/api.md tells how to get the whole report.
//
// absl::Mutex has headers of its own: lockdep/cxx/absl_mutex.h and absl_guards.h.

#ifndef LOCKDEP_CXX_H_
#define LOCKDEP_CXX_H_

#include "lockdep/cxx/guards.h"              // IWYU pragma: export
#include "lockdep/cxx/mutex.h"               // IWYU pragma: export
#include "lockdep/cxx/shared_mutex.h"        // IWYU pragma: export
#include "lockdep/cxx/thread_annotations.h"  // IWYU pragma: export

#endif  // LOCKDEP_CXX_H_
