// Whether the next definitions of what we interpose are libc's: another library that
// interposes too would miss what is done without a call.
//
// Thread safety: any thread; takes no lock of the loader.

#ifndef LOCKDEP_HOOKS_LIBC_FUNCTIONS_H_
#define LOCKDEP_HOOKS_LIBC_FUNCTIONS_H_

namespace lockdep::hooks {

bool IsOfLibc(const void* function);

template <typename... Function>
bool AreOfLibc(Function*... functions) {
  return (IsOfLibc(reinterpret_cast<const void*>(functions)) && ...);
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_LIBC_FUNCTIONS_H_
