// Names of functions as people say them, and which of them are mere wrappers
// around a lock.

#ifndef LOCKDEP_REPORT_FUNCTION_NAME_H_
#define LOCKDEP_REPORT_FUNCTION_NAME_H_

#include <string>
#include <string_view>

namespace lockdep::report {

// The C++ name behind a linker symbol, or the symbol itself.
std::string Demangle(const std::string& symbol);

// Without return type, parameters, template arguments, unnamed namespaces and
// clone suffixes: "void Bank<int>::transfer(int) [clone .part.0]" is
// "Bank<...>::transfer".
std::string ShortFunction(std::string_view function);

// Whether this is a lock function or a wrapper of one (std::mutex::lock,
// std::lock_guard, pthread_*, the engine; a program's own Mutex::Lock or
// ScopedLock::ScopedLock): nobody means it by "where".
bool IsLockWrapper(std::string_view function);

// Of these, the ones of the standard and other well-known libraries.
bool IsLibraryLockWrapper(std::string_view function);

// As ShortFunction, with every lambda of a function called the same, and without
// the scope of that function: compilers number, name and place them differently.
std::string StableFunctionName(std::string_view function);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FUNCTION_NAME_H_
