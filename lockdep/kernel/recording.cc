#include "lockdep/kernel/recording.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lockdep/kernel/finding.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/kernel/world.h"
#include "lockdep/made_later.h"
#include "lockdep/record/recorder.h"

namespace lockdep::kernel {

constinit internal::RawLock recording_lock;

namespace {

// Two, so that one can be opened while the other is in use.
constinit MadeLater<record::Recorder> recorders[2];
constinit record::Recorder* current = nullptr;
constinit bool has_exit_handler = false;

// What is not written as soon as it is known.
void Update(record::Recorder& recorder) {
  const ValidatorStats stats = the_world.validator().Stats();
  the_world.validator().LockGraph();
  recorder.FlushChains();
  recorder.WriteLockStat(Times(), the_world.validator().classes().size());
  recorder.WriteTotals(
      {.lock_operations = stats.acquisitions, .locks = CountReadyMaps(), .chains = stats.chains});
  the_world.validator().UnlockGraph();
}

// REQUIRES: the engine does not have it any more.
void Finish(record::Recorder& recorder) {
  Update(recorder);
  recorder.WriteEnd();
  recorder.Close();
}

void FinishAtExit() {
  the_world.BeforeExit();
  internal::RawLockHolder lock(recording_lock);
  if (current == nullptr) return;
  the_world.ListenWith(nullptr);
  Finish(*current);
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
  internal::RawLockHolder lock(recording_lock);
  char command[PATH_MAX];
  ReadCommand(command);
  const bool is_first_in_use = current != nullptr && current == &*recorders[0];
  record::Recorder& recorder = recorders[is_first_in_use ? 1 : 0].Make();
  if (const int error = recorder.Open(path, command); error != 0) return error;
  the_world.ListenWith(&recorder);
  record::Recorder* const before = std::exchange(current, &recorder);
  if (before != nullptr) Finish(*before);
  if (!has_exit_handler) has_exit_handler = atexit(FinishAtExit) == 0;
  return 0;
}

}  // namespace

void RecordAsAsked() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
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
  if (path == nullptr) return EINVAL;
  if (lockdep::kernel::IsTelling()) return EDEADLK;
  lockdep::kernel::the_world.Start();
  return lockdep::kernel::Switch(path);
}

void lockdep_record_update() {
  if (lockdep::kernel::IsTelling()) return;
  const lockdep::internal::RawLockHolder lock(lockdep::kernel::recording_lock);
  if (lockdep::kernel::current != nullptr) lockdep::kernel::Update(*lockdep::kernel::current);
}
