// syscall(): a program that waits on a futex by it waits for something that nobody tells of
// (Rust's std, std::latch, std::atomic::wait).  Such waits are counted, and named among
// what was not observed.
//
// The function goes on in the real one with all registers and the stack as they came, so
// that what returns twice (vfork, clone) finds what it expects.

#include "hooks/preload_syscall.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include "hooks/exported.h"
#include "hooks/real.h"

// Where this library begins and ends: its own waits do not count.
extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start;
extern "C" __attribute__((visibility("hidden"))) const char _end;

namespace {

namespace real = lockdep::hooks::real;

constinit uint64_t waits = 0;

// The real one, once it is looked up: what stands in for it does not know all arguments.
constinit decltype(real::syscall) found = nullptr;

void LookUp() {
  real::ResolveAll();
  found = real::syscall;
}

using Function = void (*)();
constinit Function look_up = LookUp;

static_assert(SYS_futex == 202);
static_assert(FUTEX_WAIT == 0 && FUTEX_LOCK_PI == 6 && FUTEX_WAIT_BITSET == 9);
static_assert(FUTEX_CMD_MASK == ~(128 | 256));

}  // namespace

EXPORTED __attribute__((naked)) long syscall(long, ...) noexcept {
  asm(R"(
      cmp $202, %%rdi
      jne 2f
      mov %%edx, %%r11d
      and $0x7f, %%r11d
      jz 1f
      cmp $6, %%r11d
      je 1f
      cmp $9, %%r11d
      jne 2f
  1:  lea %3, %%r11
      cmp %%r11, (%%rsp)
      jb 4f
      lea %4, %%r11
      cmp %%r11, (%%rsp)
      jb 2f
  4:  lock incq %0
  2:  cmpq $0, %1
      jne 3f
      push %%rdi
      push %%rsi
      push %%rdx
      push %%rcx
      push %%r8
      push %%r9
      push %%r9
      call *%2
      pop %%r9
      pop %%r9
      pop %%r8
      pop %%rcx
      pop %%rdx
      pop %%rsi
      pop %%rdi
  3:  jmp *%1
  )"
      :
      : "m"(waits), "m"(found), "m"(look_up), "m"(__ehdr_start), "m"(_end));
}

namespace lockdep::hooks {

uint64_t FutexWaits() { return __atomic_load_n(&waits, __ATOMIC_RELAXED); }

}  // namespace lockdep::hooks
