// The next definition of each interposed function: libc's, or that of another
// library that interposes too.
//
// Each pointer first points to a stand-in that looks all of them up and calls
// on, so a pointer may be called at any time: before any constructor, from
// another library's constructor, from inside the look-up itself.
//
// Thread safety: looking up twice at once stores the same values twice.

#ifndef LOCKDEP_HOOKS_REAL_H_
#define LOCKDEP_HOOKS_REAL_H_

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>

#include <cstdint>

extern "C" int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(),
                                 void* dso_handle) noexcept;
// What longjmp is in programs that are built with _FORTIFY_SOURCE.
extern "C" [[noreturn]] void __longjmp_chk(__jmp_buf_tag* target, int value) noexcept;
// Of the C++ ABI: the guards of function-local static variables.
extern "C" int __cxa_guard_acquire(uint64_t* guard);
extern "C" void __cxa_guard_release(uint64_t* guard) noexcept;
extern "C" void __cxa_guard_abort(uint64_t* guard) noexcept;
// What programs call where they tell of locks of their own.
extern "C" void lockdep_annotate(int event, const volatile void* lock, int how, const char* name);
extern "C" void __tsan_mutex_create(void* lock, unsigned flags);
extern "C" void __tsan_mutex_destroy(void* lock, unsigned flags);
extern "C" void __tsan_mutex_pre_lock(void* lock, unsigned flags);
extern "C" void __tsan_mutex_post_lock(void* lock, unsigned flags, int recursion);
extern "C" int __tsan_mutex_pre_unlock(void* lock, unsigned flags);
extern "C" void AnnotateRWLockCreate(const char* file, int line, const volatile void* lock);
extern "C" void AnnotateRWLockDestroy(const char* file, int line, const volatile void* lock);
extern "C" void AnnotateRWLockAcquired(const char* file, int line, const volatile void* lock,
                                       long is_write);
extern "C" void AnnotateRWLockReleased(const char* file, int line, const volatile void* lock,
                                       long is_write);

namespace lockdep::hooks::real {

// The pointer type of a function without its attributes, which templates refuse.
template <typename Result, typename... Arguments, bool kNoexcept>
auto WithoutAttributes(Result (*function)(Arguments...) noexcept(kNoexcept))
    -> Result (*)(Arguments...) noexcept(kNoexcept);
// A function with a variable list gets two words for it: those that have one here
// take no more, and integers and pointers only.
template <typename Result, typename... Arguments, bool kNoexcept>
auto WithoutAttributes(Result (*function)(Arguments..., ...) noexcept(kNoexcept))
    -> Result (*)(Arguments..., uintptr_t, uintptr_t) noexcept(kNoexcept);

template <auto* kFunction>
using PointerTo = decltype(WithoutAttributes(kFunction));

#define LOCKDEP_HOOK(name, version) \
  extern constinit PointerTo<&::name> name __attribute__((visibility("hidden")));
#define LOCKDEP_HOOK_CXX(name) LOCKDEP_HOOK(name, nullptr)
#define LOCKDEP_HOOK_OPTIONAL(name) LOCKDEP_HOOK(name, nullptr)
#define LOCKDEP_HOOK_ALIAS(name, of)
#include "hooks/interposed.def"
#undef LOCKDEP_HOOK
#undef LOCKDEP_HOOK_CXX
#undef LOCKDEP_HOOK_OPTIONAL
#undef LOCKDEP_HOOK_ALIAS

// Looks all of them up now.
void ResolveAll();

}  // namespace lockdep::hooks::real

#endif  // LOCKDEP_HOOKS_REAL_H_
