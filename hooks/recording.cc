#include "hooks/recording.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/cells.h"
#include "hooks/environment.h"
#include "hooks/grading.h"
#include "hooks/resource.h"
#include "hooks/thread_context.h"

namespace lockdep::hooks {
namespace {

// /proc/self/cmdline as one line.
void ReadCommand(std::span<char> command) {
  const auto fd =
      static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  if (fd < 0) return;
  const long size = syscall(SYS_read, fd, command.data(), command.size() - 1);
  syscall(SYS_close, fd);
  for (long i = 0; i < size - 1; ++i) {
    const char c = command[i];
    if (c == '\0' || c == '\n') command[i] = ' ';
  }
}

const char* TemporaryDirectory() {
  const char* directory = FindVariable("TMPDIR");
  return directory != nullptr && directory[0] == '/' ? directory : "/tmp";
}

// Whether some wait of the cycle was also ended by threads that held nothing.
bool HasFreeEnd(const Violation& violation) {
  if (violation.kind != ViolationKind::kWaitWhileHolding) return false;
  for (const ViolationEdge& edge : violation.edges) {
    for (const ResourceType type : {ResourceType::kSemaphore, ResourceType::kCondition}) {
      const auto address = reinterpret_cast<uintptr_t>(edge.from_lock);
      const Resource* resource = resources.Find({type, address, LockKind::kUnknown});
      if (resource != nullptr && resource->is_ended_freely.load(std::memory_order_relaxed)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void ExpandPattern(const char* pattern, pid_t pid, PathText* path) {
  for (const char* c = pattern; *c != '\0'; ++c) {
    const bool is_escape = *c == '%' && (c[1] == 'p' || c[1] == '%');
    if (is_escape && *++c == 'p') {
      *path << static_cast<uint64_t>(pid);
    } else {
      *path << std::string_view(c, 1);
    }
  }
}

void Recording::Start(const Options& options, pid_t pid) {
  options_ = &options;
  pid_ = pid;
  ReadCommand(command_);
  auto* mark = static_cast<std::atomic<bool>*>(MapPages(4096, Pages::kCommit));
  if (mark != nullptr) {
    const int saved_errno = errno;
    madvise(mark, 4096, MADV_WIPEONFORK);
    errno = saved_errno;
    mark->store(true, std::memory_order_relaxed);
  }
  is_ours_ = mark;
  if (!is_private()) EnsureOpen();
}

void Recording::StartAgainInChild(pid_t pid) {
  recorder_.Close();
  pid_ = pid;
  tried_to_open_ = false;
  has_said_failure_ = false;
  is_finished_ = false;
  facts_ = 0;
  next_totals_ = 1;
  findings_.store(0, std::memory_order_relaxed);
  has_failed_.store(false, std::memory_order_relaxed);
  if (is_ours_ != nullptr) {
    const_cast<std::atomic<bool>*>(is_ours_)->store(true, std::memory_order_relaxed);
  }
}

void Recording::SayFailure(const char* what, int error, const char* consequence) {
  const char* reason = strerrordesc_np(error);
  Say(Line() << "process " << static_cast<uint64_t>(pid_) << what << path() << ": "
             << (reason != nullptr ? reason : "unknown error") << consequence);
  has_said_failure_ = true;
}

bool Recording::EnsureOpen() {
  if (!tried_to_open_) {
    tried_to_open_ = true;
    if (const int error = Open(); error != 0) {
      SayFailure(": cannot record to ", error, "; this process will have no report");
    }
  }
  if (recorder_.failed_errno() != 0 && !has_said_failure_) {
    SayFailure(": the recording ended early, ", recorder_.failed_errno(),
               "; what is seen from here on is lost");
  }
  return recorder_.is_open();
}

// A program that executes another keeps its process id, and a pattern need not
// contain one: what is there already is never overwritten.
int Recording::Open() {
  PathText base;
  if (is_private()) {
    base << TemporaryDirectory() << "/lockdep." << static_cast<uint64_t>(pid_) << ".lockdep";
  } else {
    ExpandPattern(options_->record.text, pid_, &base);
  }
  constexpr uint64_t kMostTries = 10'000;
  int error = EEXIST;
  for (uint64_t i = 0; error == EEXIST && i < kMostTries; ++i) {
    path_ = base;
    if (i != 0) path_ << "." << i;
    error = recorder_.Open(path_.c_str(), command_);
  }
  return error;
}

void Recording::WriteTotals(const record::Totals& totals) {
  if (!Begin()) return;
  recorder_.FlushChains();
  recorder_.WriteTotals(totals);
}

void Recording::WriteLockStat(LockStat& times, uint32_t classes) {
  if (IsOurs()) recorder_.WriteLockStat(times, classes);
}

void Recording::Finish(const record::Totals& totals, uint64_t locks_missed, uint64_t futex_waits) {
  if (!MayWrite()) return;
  if (!Begin()) return recorder_.WriteEnd();
  if (locks_missed != 0) {
    recorder_.AddUnobserved("some locks were not watched because memory ran out");
  }
  if (futex_waits != 0) {
    Text<160> sentence;
    sentence << futex_waits << " waits on futexes that the program used itself (Rust's std, "
             << "std::latch, std::atomic::wait and the like) were not followed";
    recorder_.AddUnobserved(sentence.c_str());
  }
  recorder_.FlushChains();
  recorder_.WriteTotals(totals);
  recorder_.WriteEnd();
  recorder_.Close();
  is_finished_ = true;
}

void Recording::DeleteIfPrivate() {
  if (!is_private()) return;
  const int saved_errno = errno;
  unlink(path());
  errno = saved_errno;
}

bool Recording::MayWrite() const {
  return !is_finished_ && (is_ours_ == nullptr || is_ours_->load(std::memory_order_relaxed));
}

// Whether there is a file to write to and this process may.
bool Recording::IsOurs() { return MayWrite() && EnsureOpen(); }

// What was learnt stands behind the events that it was learnt from.
bool Recording::Begin() {
  if (!IsOurs()) return false;
  FlushEvents();
  return true;
}

void Recording::AddEvent(const record::Event& event, const LockMap* lock, const char* name) {
  if (events_.is_full()) FlushEvents();
  events_.Add(event, lock, name);
}

// Those of a process that may not write are nobody's.
void Recording::FlushEvents() {
  const std::span<const unsigned char> payload = events_.Take();
  if (!payload.empty() && IsOurs()) recorder_.WriteEvents(payload);
}

// Sums are repeated each time the number of facts has doubled, so that a
// killed process leaves some that are not far off.
void Recording::NoteGrowth() {
  if (++facts_ < next_totals_) return;
  next_totals_ = facts_ * 2;
  thread_slot.work_is_due = true;
}

void Recording::OnThread(ThreadId id, const char* name) {
  if (!Begin()) return;
  recorder_.OnThread(id, name);
  thread_slot.work_is_due = true;
}

void Recording::OnClass(const LockClass& lock_class) {
  if (!Begin()) return;
  recorder_.OnClass(lock_class);
  NoteGrowth();
}

void Recording::OnStack(StackId id, std::span<const uintptr_t> pcs) {
  if (Begin()) recorder_.OnStack(id, pcs);
}

void Recording::OnDependency(const Dependency& edge, const Witness& witness) {
  if (!Begin()) return;
  recorder_.OnDependency(edge, witness);
  NoteGrowth();
}

void Recording::OnChain(const ChainLink& chain, ContextSet in) {
  if (IsOurs()) recorder_.OnChain(chain, in);
}

void Recording::OnContext(int bit, const char* name) {
  if (Begin()) recorder_.OnContext(bit, name);
}

void Recording::OnUsage(const LockClass& lock_class, const UsageWitness& witness) {
  if (!Begin()) return;
  recorder_.OnUsage(lock_class, witness);
  NoteGrowth();
}

void Recording::OnViolation(const Violation& told) {
  static constexpr ViolationReason kEndedWithoutLock = {.text = "ended-without-lock"};
  if (!Begin()) return;
  Violation violation = told;
  Grade grade;
  if (HasFreeEnd(violation)) {
    violation.level = Level::kNote;
    violation.reasons = {&kEndedWithoutLock, 1};
  } else {
    grading.GradeCycle(&violation, &grade);
  }
  Tell(violation);
}

void Recording::Tell(const Violation& violation) {
  if (!IsOurs()) return;
  recorder_.OnViolation(violation);
  findings_.fetch_add(1, std::memory_order_relaxed);
  if (static_cast<uint8_t>(violation.level) >= static_cast<uint8_t>(options_->fail_on)) {
    has_failed_.store(true, std::memory_order_relaxed);
  }
  thread_slot.work_is_due = true;
}

void Recording::OnStopped(const char* reason) {
  Say(Line() << "process " << static_cast<uint64_t>(pid_) << ": " << reason
             << "; its locks are not watched any more");
  if (Begin()) recorder_.OnStopped(reason);
}

}  // namespace lockdep::hooks
