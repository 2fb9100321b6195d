// The recording of a process that uses the kernel's names.
//
// Thread safety: see each function.

#ifndef LOCKDEP_KERNEL_RECORDING_H_
#define LOCKDEP_KERNEL_RECORDING_H_

namespace lockdep::kernel {

// Opens what LOCKDEP_KERNEL_RECORD names, if it names something.  At the start.
void RecordAsAsked();

// The process goes on as another: its recording is its parent's.  In the child.
void ForgetRecording();

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_RECORDING_H_
