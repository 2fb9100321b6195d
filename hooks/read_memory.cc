#include "hooks/read_memory.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace lockdep::hooks {

bool ReadMemory(const void* address, void* copy, size_t size) {
  const int saved_errno = errno;
  const iovec to = {copy, size};
  const iovec from = {const_cast<void*>(address), size};
  // By the calling thread: once main has ended alone, the process's number reaches no memory.
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  // Not syscall(2): its sixth argument lies on the stack, where an int has garbage above it.
  const ssize_t done = process_vm_readv(self, &to, 1, &from, 1, 0);
  errno = saved_errno;
  return done == static_cast<ssize_t>(size);
}

}  // namespace lockdep::hooks
