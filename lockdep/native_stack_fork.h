// What NativeStack needs in a child of fork.
//
// Thread safety: for the thread that forked, in the child, before it captures a stack.

#ifndef LOCKDEP_NATIVE_STACK_FORK_H_
#define LOCKDEP_NATIVE_STACK_FORK_H_

namespace lockdep {

// Another thread may have been inside the unwinder's cache, which only code without static
// unwind tables has it use, and is not there any more.
void ResetNativeStackInChild();

}  // namespace lockdep

#endif  // LOCKDEP_NATIVE_STACK_FORK_H_
