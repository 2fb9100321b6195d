// Writes a recording: the observer that every host gives to its validator.
//
// Append-only: each fact is one framed record (format.h), written by one system
// call as soon as it is known, so that a killed process leaves a file that is
// readable up to its last complete record.
//
// Made for hostile places: calls no malloc, throws nothing, takes no lock of its
// own or of the dynamic loader (the validator serialises observers), keeps
// errno.  A write that fails ends the recording; the host goes on and can ask
// `failed_errno`.
//
// After fork the child calls Open with a path of its own, then
// Validator::ReplaceObserver, which repeats what the parent had learnt.
//
// Thread safety: Open and Close while nobody else uses it; the On functions
// under the validator's graph lock; AddUnobserved, WriteTotals, WriteEnd
// and WriteEvents at any time.

#ifndef LOCKDEP_RECORD_RECORDER_H_
#define LOCKDEP_RECORD_RECORDER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lockdep/internal/arena.h"
#include "lockdep/lock_stat.h"
#include "lockdep/record/append_file.h"
#include "lockdep/record/format.h"
#include "lockdep/record/loaded_modules.h"
#include "lockdep/runtime.h"

namespace lockdep::record {

class PayloadWriter;

// Sums that only the host knows, written at the end and at will before it.
struct Totals {
  uint64_t lock_operations = 0;
  uint64_t locks = 0;
  uint64_t chains = 0;
};

class Recorder final : public Observer {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Creates `path` (0600, must not exist) and writes the header: the process id
  // and `command`, one line for people.  Returns 0 or an errno.
  int Open(const char* path, const char* command);

  // Closes the file.  A second call does nothing.
  void Close();

  void OnThread(ThreadId id, const char* name) override;
  void OnClass(const LockClass& lock_class) override;
  void OnStack(StackId id, std::span<const uintptr_t> pcs) override;
  void OnDependency(const Dependency& edge, const Witness& witness) override;
  void OnChain(const ChainLink& chain, ContextSet in) override;
  void OnContext(int bit, const char* name) override;
  void OnUsage(const LockClass& lock_class, const UsageWitness& witness) override;
  void OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) override;
  void OnViolation(const Violation& violation) override;
  void OnStopped(const char* reason) override;

  // Writes the chains that were kept until they fill a record: they are many, and no
  // finding needs them.  At the end, and whenever the file is to be up to date; under
  // the validator's graph lock.
  void FlushChains();

  // How long the first `classes` classes were waited for and held, those of which
  // something was counted.  A reader uses the last that it finds of each.  Under the
  // validator's graph lock.
  void WriteLockStat(LockStat& times, uint32_t classes);

  // Something this run cannot see; one sentence for the coverage section, cut
  // at 1000 bytes.
  void AddUnobserved(const char* sentence);

  // A reader uses the last totals it finds.
  void WriteTotals(const Totals& totals);

  // The process ended in an orderly way.  Where something could not be written, sees to
  // it that the file shows it.
  void WriteEnd();

  // A part of the log of events, as EventLog laid it out.
  void WriteEvents(std::span<const unsigned char> payload);

  bool is_open() const { return file_.is_open() && failed_errno() == 0; }
  // Relaxed: says what happened, publishes nothing.
  int failed_errno() const { return failed_errno_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kBufferSize = 4096;

  template <typename Encode>
  void Put(RecordType type, const Encode& encode);
  void Append(RecordType type, std::span<const unsigned char> payload);
  void NameModuleOf(uintptr_t address, LoadedModule* last);
  void NameModuleOf(const void* address);

  AppendFile file_;
  std::atomic<int> failed_errno_{0};

  // Under the validator's graph lock.
  ::lockdep::internal::Arena arena_;
  LoadedModules modules_{arena_};
  unsigned char* large_buffer_ = nullptr;
  size_t large_buffer_size_ = 0;
  unsigned char buffer_[kBufferSize];
  uint32_t waiting_chains_ = 0;
  unsigned char chain_buffer_[kBufferSize];
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_RECORDER_H_
