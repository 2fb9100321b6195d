// Clang's thread-safety attributes (-Wthread-safety); nothing for other compilers.
//
// Source: clang.llvm.org/docs/ThreadSafetyAnalysis.html.

#ifndef LOCKDEP_CXX_THREAD_ANNOTATIONS_H_
#define LOCKDEP_CXX_THREAD_ANNOTATIONS_H_

#ifdef __clang__
#define LOCKDEP_ATTRIBUTE_(x) __attribute__((x))
#else
#define LOCKDEP_ATTRIBUTE_(x)
#endif

// On data.
#define LOCKDEP_GUARDED_BY(x) LOCKDEP_ATTRIBUTE_(guarded_by(x))
#define LOCKDEP_PT_GUARDED_BY(x) LOCKDEP_ATTRIBUTE_(pt_guarded_by(x))

// On functions that must be called with, or without, locks held.
#define LOCKDEP_REQUIRES(...) LOCKDEP_ATTRIBUTE_(requires_capability(__VA_ARGS__))
#define LOCKDEP_REQUIRES_SHARED(...) LOCKDEP_ATTRIBUTE_(requires_shared_capability(__VA_ARGS__))
#define LOCKDEP_EXCLUDES(...) LOCKDEP_ATTRIBUTE_(locks_excluded(__VA_ARGS__))

// On functions that take and release.
#define LOCKDEP_ACQUIRE(...) LOCKDEP_ATTRIBUTE_(acquire_capability(__VA_ARGS__))
#define LOCKDEP_ACQUIRE_SHARED(...) LOCKDEP_ATTRIBUTE_(acquire_shared_capability(__VA_ARGS__))
#define LOCKDEP_TRY_ACQUIRE(...) LOCKDEP_ATTRIBUTE_(try_acquire_capability(__VA_ARGS__))
#define LOCKDEP_TRY_ACQUIRE_SHARED(...) \
  LOCKDEP_ATTRIBUTE_(try_acquire_shared_capability(__VA_ARGS__))
#define LOCKDEP_RELEASE(...) LOCKDEP_ATTRIBUTE_(release_capability(__VA_ARGS__))
#define LOCKDEP_RELEASE_SHARED(...) LOCKDEP_ATTRIBUTE_(release_shared_capability(__VA_ARGS__))
#define LOCKDEP_RELEASE_GENERIC(...) LOCKDEP_ATTRIBUTE_(release_generic_capability(__VA_ARGS__))
#define LOCKDEP_ASSERT_HELD(x) LOCKDEP_ATTRIBUTE_(assert_capability(x))
#define LOCKDEP_ASSERT_HELD_SHARED(x) LOCKDEP_ATTRIBUTE_(assert_shared_capability(x))

// On classes, and on functions whose body the analysis cannot follow.
#define LOCKDEP_CAPABILITY(x) LOCKDEP_ATTRIBUTE_(capability(x))
#define LOCKDEP_SCOPED_CAPABILITY LOCKDEP_ATTRIBUTE_(scoped_lockable)
#define LOCKDEP_NO_THREAD_SAFETY_ANALYSIS LOCKDEP_ATTRIBUTE_(no_thread_safety_analysis)

#endif  // LOCKDEP_CXX_THREAD_ANNOTATIONS_H_
