#include "lockdep/kernel/announcer.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "lockdep/kernel/control.h"
#include "lockdep/kernel/world.h"

namespace lockdep::kernel {
namespace {

// Guarded by the graph lock.
constinit Hear hear = nullptr;
constinit void* hear_data = nullptr;

}  // namespace

// A line in a buffer of its own, out in one write(2): several threads and
// processes may speak at once.
class Announcer::Line {
 public:
  template <typename... Args>
  void Add(const char* format, Args... args) {
    const int count = snprintf(text_ + size_, kCapacity - size_, format, args...);
    if (count > 0) size_ += static_cast<size_t>(count);
    if (size_ >= kCapacity) size_ = kCapacity - 1;
  }

  const char* text() const { return text_; }

  void Write() {
    const int saved_errno = errno;
    text_[size_] = '\n';
    // Nothing can be done about a standard error that does not take it.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text_, size_ + 1);
    errno = saved_errno;
  }

 private:
  static constexpr size_t kCapacity = 1024;
  char text_[kCapacity] = {};
  size_t size_ = 0;
};

void SetHear(Hear new_hear, void* data) {
  hear = new_hear;
  hear_data = data;
}

void Announcer::OnThread(ThreadId id, const char* name) {
  if (next_ != nullptr) next_->OnThread(id, name);
}

void Announcer::OnClass(const LockClass& lock_class) {
  if (next_ != nullptr) next_->OnClass(lock_class);
}

void Announcer::OnStack(StackId id, std::span<const uintptr_t> pcs) {
  if (next_ != nullptr) next_->OnStack(id, pcs);
}

void Announcer::OnDependency(const Dependency& edge, const Witness& witness) {
  if (next_ != nullptr) next_->OnDependency(edge, witness);
}

void Announcer::OnChain(const ChainLink& chain, ContextSet in) {
  if (next_ != nullptr) next_->OnChain(chain, in);
}

void Announcer::OnContext(int bit, const char* name) {
  if (next_ != nullptr) next_->OnContext(bit, name);
}

void Announcer::OnUsage(const LockClass& lock_class, const UsageWitness& witness) {
  if (next_ != nullptr) next_->OnUsage(lock_class, witness);
}

void Announcer::OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) {
  if (next_ != nullptr) next_->OnDeclaredArc(from, to, arc);
}

void Announcer::OnViolation(const Violation& violation) {
  debug_locks_off();
  if (next_ != nullptr) next_->OnViolation(violation);
  Announce(violation);
}

void Announcer::OnStopped(const char* reason) {
  if (next_ != nullptr) next_->OnStopped(reason);
  Line line;
  line.Add("lockdep: validation stopped: %s", reason);
  line.Write();
}

const char* Announcer::NameOf(ClassId id) const {
  const char* name = classes_->Get(id).name;
  return name == nullptr ? "an unnamed lock" : name;
}

// The newest tell most, and the line must have room for what follows.
void Announcer::AddHeld(std::span<const ViolationLock> held, Line& line) const {
  constexpr size_t kMostTold = 8;
  const char* before = ", while holding ";
  if (held.size() > kMostTold) {
    line.Add("%s%zu others", before, held.size() - kMostTold);
    held = held.last(kMostTold);
    before = ", ";
  }
  for (const ViolationLock& lock : held) {
    line.Add("%s%s", before, NameOf(lock.class_id));
    before = ", ";
  }
}

void Announcer::Announce(const Violation& violation) const {
  const bool has_lock = violation.lock.class_id != ClassId::kNone;
  const char* lock = has_lock ? NameOf(violation.lock.class_id) : nullptr;
  Line line;
  line.Add("lockdep: %s (%s)", ToString(violation.kind), ToString(violation.level));
  if (violation.rule != nullptr) line.Add(": %s", violation.rule);
  if (has_lock) line.Add(": %s", lock);
  AddHeld(violation.held, line);
  line.Add(", in thread %u", static_cast<unsigned>(violation.thread));

  if (hear != nullptr) {
    const lockdep_finding finding{.kind = ToString(violation.kind),
                                  .level = ToString(violation.level),
                                  .lock = lock,
                                  .rule = violation.rule,
                                  .message = line.text(),
                                  .thread = static_cast<unsigned>(violation.thread)};
    the_world.Tell([&] { hear(&finding, hear_data); });
  }
  if (__atomic_load_n(&debug_locks_silent, __ATOMIC_RELAXED) == 0) line.Write();
}

}  // namespace lockdep::kernel
