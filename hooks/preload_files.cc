// Locks of files and of stdio streams.

#include <stdarg.h>

#include <cerrno>

#include "hooks/exported.h"
#include "hooks/file_locks.h"
#include "hooks/read_memory.h"
#include "hooks/real.h"

using lockdep::LockKind;
using lockdep::ReadMode;
using lockdep::hooks::AfterFileLock;
using lockdep::hooks::BeforeClose;
using lockdep::hooks::BeforeFileLock;
using lockdep::hooks::BeforeFileUnlock;
using lockdep::hooks::ReadMemory;
using lockdep::hooks::Resource;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

ResourceId Refer(FILE* stream) {
  return {ResourceType::kStream, reinterpret_cast<uintptr_t>(stream), LockKind::kStream};
}

// A read lock of a file waits for writers only.
ReadMode ModeOf(short type) {
  return type == F_RDLCK ? ReadMode::kRecursiveRead : ReadMode::kWrite;
}

// fcntl and fcntl64 differ in name only on 64-bit machines.
int Control(const lockdep::hooks::Caller& caller, int fd, int command, uintptr_t argument) {
  if (command != F_SETLKW && command != F_OFD_SETLKW && command != F_SETLK &&
      command != F_OFD_SETLK) {
    return real::fcntl(fd, command, argument, 0);
  }
  struct flock lock;
  if (!ReadMemory(reinterpret_cast<const void*>(argument), &lock)) {
    return real::fcntl(fd, command, argument, 0);
  }
  if (lock.l_type == F_UNLCK) {
    BeforeFileUnlock(caller, fd);
  } else if (command == F_SETLKW || command == F_OFD_SETLKW) {
    WaitScope scope(caller);
    Resource* announced = BeforeFileLock(scope, fd, ModeOf(lock.l_type));
    const int result =
        scope.HoldCancellably(announced, [&] { return real::fcntl(fd, command, argument, 0); });
    AfterFileLock(scope, announced, fd, result == 0);
    return result;
  }
  return real::fcntl(fd, command, argument, 0);
}

int LockRange(const lockdep::hooks::Caller& caller, int fd, int command, off_t size) {
  if (command == F_ULOCK) BeforeFileUnlock(caller, fd);
  if (command != F_LOCK) return real::lockf(fd, command, size);
  WaitScope scope(caller);
  Resource* announced = BeforeFileLock(scope, fd, ReadMode::kWrite);
  const int result =
      scope.HoldCancellably(announced, [&] { return real::lockf(fd, command, size); });
  AfterFileLock(scope, announced, fd, result == 0);
  return result;
}

}  // namespace

EXPORTED void flockfile(FILE* stream) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeHoldAgain(Refer(stream));
  real::flockfile(stream);
}

EXPORTED int ftrylockfile(FILE* stream) noexcept {
  const int result = real::ftrylockfile(stream);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).NoteHeldAgain(Refer(stream));
  return result;
}

EXPORTED void funlockfile(FILE* stream) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeUnholdAgain(Refer(stream));
  real::funlockfile(stream);
}

EXPORTED int fclose(FILE* stream) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  scope.AfterEnd(Refer(stream));
  const int saved_errno = errno;
  const int fd = fileno(stream);
  errno = saved_errno;
  BeforeClose(LOCKDEP_HOOK_CALLER(), fd);
  return real::fclose(stream);
}

EXPORTED int close(int fd) {
  BeforeClose(LOCKDEP_HOOK_CALLER(), fd);
  return real::close(fd);
}

EXPORTED int flock(int fd, int operation) noexcept {
  if ((operation & LOCK_UN) != 0) BeforeFileUnlock(LOCKDEP_HOOK_CALLER(), fd);
  if ((operation & (LOCK_UN | LOCK_NB)) != 0) return real::flock(fd, operation);
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  const bool reads = (operation & LOCK_SH) != 0;
  Resource* announced =
      BeforeFileLock(scope, fd, reads ? ReadMode::kRecursiveRead : ReadMode::kWrite);
  const int result = real::flock(fd, operation);
  AfterFileLock(scope, announced, fd, result == 0);
  return result;
}

EXPORTED int lockf(int fd, int command, off_t size) {
  return LockRange(LOCKDEP_HOOK_CALLER(), fd, command, size);
}

EXPORTED int lockf64(int fd, int command, off64_t size) {
  return LockRange(LOCKDEP_HOOK_CALLER(), fd, command, size);
}

EXPORTED int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const auto argument = va_arg(rest, uintptr_t);
  va_end(rest);
  return Control(LOCKDEP_HOOK_CALLER(), fd, command, argument);
}

EXPORTED int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const auto argument = va_arg(rest, uintptr_t);
  va_end(rest);
  return Control(LOCKDEP_HOOK_CALLER(), fd, command, argument);
}
