#include "lockdep/kernel/recording.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "lockdep/kernel/finding.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/kernel/world.h"
#include "lockdep/record/recorder.h"

namespace lockdep::kernel {
namespace {

// Two, so that one can be opened while the other is in use.
alignas(record::Recorder) unsigned char memory[2][sizeof(record::Recorder)];
constinit record::Recorder* current = nullptr;
constinit internal::RawLock switching;
constinit bool has_exit_handler = false;

void Complete(record::Recorder& recorder) {
  const ValidatorStats stats = the_world.validator().Stats();
  recorder.FlushChains();
  recorder.WriteLockStat(Times(), the_world.validator().classes().size());
  recorder.WriteTotals({.lock_operations = stats.acquisitions, .locks = 0, .chains = stats.chains});
  recorder.WriteEnd();
}

void FinishAtExit() {
  internal::RawLockHolder lock(switching);
  if (current == nullptr) return;
  the_world.ListenWith(nullptr);
  Complete(*current);
  current->Close();
  current = nullptr;
}

void ReadCommand(char (&command)[PATH_MAX]) {
  const ssize_t size = readlink("/proc/self/exe", command, sizeof command - 1);
  command[size > 0 ? size : 0] = '\0';
}

// `pattern` with each %p replaced; returns whether it fits.
bool Expand(const char* pattern, char (&path)[PATH_MAX]) {
  size_t size = 0;
  for (const char* c = pattern; *c != '\0' && size < sizeof path; ++c) {
    if (c[0] == '%' && c[1] == 'p') {
      size += static_cast<size_t>(snprintf(path + size, sizeof path - size, "%d", getpid()));
      ++c;
    } else {
      path[size++] = *c;
    }
  }
  if (size >= sizeof path) return false;
  path[size] = '\0';
  return true;
}

int Switch(const char* path) {
  internal::RawLockHolder lock(switching);
  char command[PATH_MAX];
  ReadCommand(command);
  void* const free_memory = memory[current == reinterpret_cast<void*>(memory[0]) ? 1 : 0];
  auto* recorder = new (free_memory) record::Recorder();
  if (const int error = recorder->Open(path, command); error != 0) return error;
  record::Recorder* const before = current;
  the_world.ListenWith(recorder);
  current = recorder;
  if (before != nullptr) {
    Complete(*before);
    before->Close();
  }
  if (!has_exit_handler) has_exit_handler = atexit(FinishAtExit) == 0;
  return 0;
}

}  // namespace

void RecordAsAsked() {
  const char* pattern = getenv("LOCKDEP_KERNEL_RECORD");
  if (pattern == nullptr || *pattern == '\0') return;
  char path[PATH_MAX];
  const int error = Expand(pattern, path) ? Switch(path) : ENAMETOOLONG;
  if (error != 0) {
    dprintf(STDERR_FILENO, "lockdep: cannot record to %s: %s; nothing is recorded\n", pattern,
            strerrordesc_np(error));
  }
}

void ForgetRecording() {
  if (current == nullptr) return;
  the_world.ListenWith(nullptr);
  current->Close();
  current = nullptr;
}

}  // namespace lockdep::kernel

int lockdep_record(const char* path) {
  lockdep::kernel::the_world.Start();
  return lockdep::kernel::Switch(path);
}
