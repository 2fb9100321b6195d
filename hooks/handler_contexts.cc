#include "hooks/handler_contexts.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

#include "hooks/raw_sink.h"

namespace lockdep::hooks {

constinit const char* context_names[kMaxContextBits] = {};

namespace {

constexpr const char* kSignalNames[] = {
    "SIGHUP",      "SIGINT",      "SIGQUIT",     "SIGILL",      "SIGTRAP",     "SIGABRT",
    "SIGBUS",      "SIGFPE",      "SIGKILL",     "SIGUSR1",     "SIGSEGV",     "SIGUSR2",
    "SIGPIPE",     "SIGALRM",     "SIGTERM",     "SIGSTKFLT",   "SIGCHLD",     "SIGCONT",
    "SIGSTOP",     "SIGTSTP",     "SIGTTIN",     "SIGTTOU",     "SIGURG",      "SIGXCPU",
    "SIGXFSZ",     "SIGVTALRM",   "SIGPROF",     "SIGWINCH",    "SIGIO",       "SIGPWR",
    "SIGSYS",      "signal 32",   "signal 33",   "SIGRTMIN",    "SIGRTMIN+1",  "SIGRTMIN+2",
    "SIGRTMIN+3",  "SIGRTMIN+4",  "SIGRTMIN+5",  "SIGRTMIN+6",  "SIGRTMIN+7",  "SIGRTMIN+8",
    "SIGRTMIN+9",  "SIGRTMIN+10", "SIGRTMIN+11", "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14",
    "SIGRTMIN+15", "SIGRTMAX-14", "SIGRTMAX-13", "SIGRTMAX-12", "SIGRTMAX-11", "SIGRTMAX-10",
    "SIGRTMAX-9",  "SIGRTMAX-8",  "SIGRTMAX-7",  "SIGRTMAX-6",  "SIGRTMAX-5",  "SIGRTMAX-4",
    "SIGRTMAX-3",  "SIGRTMAX-2",  "SIGRTMAX-1",  "SIGRTMAX"};

using Name = Text<80>;

// Signal and function; 0 where there is none.  Once there, it stays.
constinit std::atomic<uint64_t> handlers[kMaxContextBits] = {};
constinit Name names[kMaxContextBits] = {};

constexpr unsigned kFunctionBits = 48;
int SignalOf(uint64_t handler) { return static_cast<int>(handler >> kFunctionBits); }

std::string_view FileOf(std::string_view path) {
  constexpr size_t kLongest = 32;
  path.remove_prefix(path.rfind('/') + 1);  // There may be none.
  return {path.data(), path.size() < kLongest ? path.size() : kLongest};
}

// "postgres+0x3fa10"
void DescribeFunction(uintptr_t function, Name* name) {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(function), &found) != 0) {
    *name << "code of no file";
    return;
  }
  char path[4096] = {};
  std::string_view module = found.dlfo_link_map->l_name;
  if (module.empty()) {
    const int saved_errno = errno;
    const long size = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof(path));
    errno = saved_errno;
    module = {path, size < 0 ? 0 : static_cast<size_t>(size)};
  }
  *name << FileOf(module) << "+";
  name->PutHex(function - found.dlfo_link_map->l_addr);
}

// Two threads that come at the same time write the same.
void MakeName(int context, bool is_first, int signal, uintptr_t function) {
  const char* const of_signal = kSignalNames[signal - 1];
  if (!is_first) {
    Name name;
    name << of_signal << " (";
    DescribeFunction(function, &name);
    names[context] = name << ")";
  }
  context_names[context] = is_first ? of_signal : names[context].c_str();
}

}  // namespace

ContextSet ContextOfHandler(int signal, uintptr_t handler) {
  const uint64_t wanted = static_cast<uint64_t>(signal) << kFunctionBits | handler;
  bool is_first = true;
  for (int context = 0; context < kMaxContextBits; ++context) {
    uint64_t found = 0;
    if (handlers[context].compare_exchange_strong(found, wanted, std::memory_order_acq_rel) ||
        found == wanted) {
      if (context_names[context] == nullptr) MakeName(context, is_first, signal, handler);
      return ContextSet{1} << context;
    }
    is_first = is_first && SignalOf(found) != signal;
  }
  return 0;
}

}  // namespace lockdep::hooks
