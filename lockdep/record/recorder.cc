#include "lockdep/record/recorder.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <string_view>

#include "lockdep/record/layout.h"
#include "lockdep/record/layout_run.h"
#include "lockdep/record/mapped_path.h"
#include "lockdep/record/payload_writer.h"

namespace lockdep::record {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__i386__)
constexpr uint16_t kMachine = EM_386;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
constexpr uint16_t kMachine = EM_NONE;
#endif

// The numbers of these enums stand in files: they may grow, not move.
static_assert(static_cast<int>(LockKind::kPseudo) == 8);
static_assert(static_cast<int>(LockKind::kThread) == 17);
static_assert(static_cast<int>(ClassOrigin::kFirstUse) == 3);
static_assert(static_cast<int>(ReadMode::kRecursiveRead) == 2);
static_assert(static_cast<int>(DependencyKind::kEN) == 3);
static_assert(static_cast<int>(Level::kConfirmed) == 2);
static_assert(static_cast<int>(UsageKind::kEnabledShared) == 3);
static_assert(static_cast<int>(WaitType::kAny) == 5);
static_assert(static_cast<int>(LockRole::kWaitOverride) == 2);

class ErrnoKeeper {
 public:
  ErrnoKeeper() = default;
  ~ErrnoKeeper() { errno = saved_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  const int saved_ = errno;
};

uint64_t NowNanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

std::string_view TextOf(const char* text) { return text == nullptr ? "" : text; }

// The executable's path; the loader knows it by an empty name.  Asked of this
// thread: the main thread may have ended, and the process then shows none.
const char* ExecutablePath(std::span<char> buffer) {
  const auto size =
      syscall(SYS_readlinkat, AT_FDCWD, "/proc/thread-self/exe", buffer.data(), buffer.size() - 1);
  buffer[size < 0 ? 0 : size] = '\0';
  return buffer.data();
}

// What names the module's file wherever the reader stands.
const char* AbsolutePath(const LoadedModule& module, std::span<char> buffer) {
  const ErrnoKeeper keep_errno;
  if (module.path[0] == '\0') return ExecutablePath(buffer);
  const bool is_relative = module.path[0] != '/' && strchr(module.path, '/') != nullptr;
  return is_relative && FindMappedPath(module.begin, buffer) ? buffer.data() : module.path;
}

}  // namespace

void Recorder::Append(RecordType type, std::span<const unsigned char> payload) {
  FrameBytes frame = FrameOf(type, payload);
  iovec parts[] = {{frame.data(), frame.size()},
                   {const_cast<unsigned char*>(payload.data()), payload.size()}};
  const int error = file_.Append(parts);
  if (error != 0) failed_errno_.store(error, std::memory_order_relaxed);
}

// `encode` lays the payload out; it runs twice if the buffer was too small.
template <typename Encode>
void Recorder::Put(RecordType type, const Encode& encode) {
  if (!is_open()) return;
  const ErrnoKeeper keep_errno;
  PayloadWriter payload(buffer_, sizeof(buffer_));
  encode(payload);
  if (payload.fits()) return Append(type, payload.bytes());
  if (payload.size() > large_buffer_size_) {
    large_buffer_ = arena_.NewArray<unsigned char>(payload.size() * 2);
    large_buffer_size_ = large_buffer_ == nullptr ? 0 : payload.size() * 2;
  }
  PayloadWriter large(large_buffer_, large_buffer_size_);
  encode(large);
  if (large.fits()) return Append(type, large.bytes());
  failed_errno_.store(ENOMEM, std::memory_order_relaxed);
}

int Recorder::Open(const char* path, const char* command) {
  const ErrnoKeeper keep_errno;
  Close();
  modules_.Clear();
  waiting_chains_ = 0;
  failed_errno_.store(0, std::memory_order_relaxed);
  int error = file_.Create(path);
  if (error != 0) return error;

  HeaderBytes header = MakeFileHeader();
  iovec parts[] = {{header.data(), header.size()}};
  error = file_.Append(parts);
  if (error != 0) failed_errno_.store(error, std::memory_order_relaxed);
  Put(RecordType::kHeader, [&](PayloadWriter& out) {
    LayOutHeader(out, static_cast<uint64_t>(getpid()), NowNanoseconds(), kMachine, TextOf(command));
  });
  return failed_errno();
}

void Recorder::Close() {
  const ErrnoKeeper keep_errno;
  file_.Close();
}

void Recorder::NameModuleOf(uintptr_t address, LoadedModule* last) {
  if (address >= last->begin && address < last->end) return;
  if (!modules_.FindNew(address, last)) return;
  char buffer[PATH_MAX];
  const char* path = AbsolutePath(*last, buffer);
  Put(RecordType::kModule, [&](PayloadWriter& out) {
    LayOutModule(out, last->begin, last->end, last->bias,
                 {reinterpret_cast<const char*>(last->build_id), last->build_id_size}, path);
  });
}

void Recorder::NameModuleOf(const void* address) {
  LoadedModule none = {};
  NameModuleOf(reinterpret_cast<uintptr_t>(address), &none);
}

void Recorder::OnThread(ThreadId id, const char* name) {
  Put(RecordType::kThread, [&](PayloadWriter& out) { LayOutThread(out, id, TextOf(name)); });
}

void Recorder::OnClass(const LockClass& lock_class) {
  NameModuleOf(reinterpret_cast<const void*>(lock_class.origin));
  NameModuleOf(lock_class.first_instance);
  Put(RecordType::kClass, [&](PayloadWriter& out) { LayOutClass(out, lock_class); });
}

void Recorder::OnStack(StackId id, std::span<const uintptr_t> pcs) {
  if (!is_open()) return;
  LoadedModule last = {};
  for (const uintptr_t pc : pcs) NameModuleOf(pc, &last);
  Put(RecordType::kStack, [&](PayloadWriter& out) { LayOutStack(out, id, pcs); });
}

void Recorder::OnDependency(const Dependency& edge, const Witness& witness) {
  Put(RecordType::kDependency,
      [&](PayloadWriter& out) { LayOutDependency(out, edge.from, edge.to, witness); });
}

void Recorder::OnChain(const ChainLink& chain, ContextSet in) {
  if (!is_open()) return;
  PayloadWriter out(chain_buffer_ + waiting_chains_ * kChainSize, kChainSize);
  LayOutChain(out, chain, in);
  if (++waiting_chains_ == sizeof(chain_buffer_) / kChainSize) FlushChains();
}

void Recorder::FlushChains() {
  if (waiting_chains_ == 0) return;
  Put(RecordType::kChains, [&](PayloadWriter& out) {
    out.U32(waiting_chains_);
    out.Raw(chain_buffer_, waiting_chains_ * kChainSize);
  });
  waiting_chains_ = 0;
}

void Recorder::WriteLockStat(LockStat& times, uint32_t classes) {
  for (uint32_t i = 1; i <= classes && is_open(); ++i) {
    const ClassTimes sum = times.Sum(static_cast<ClassId>(i));
    if (!sum.any()) continue;
    const size_t points = sum.PointsUsed();
    for (size_t p = 0; p < points; ++p) {
      NameModuleOf(reinterpret_cast<const void*>(sum.contended_at[p].pc));
    }
    Put(RecordType::kLockStat, [&](PayloadWriter& out) {
      out.U32(i);
      LayOutTimes(out, sum, std::span(sum.contended_at).first(points));
    });
  }
}

void Recorder::OnContext(int bit, const char* name) {
  Put(RecordType::kContext, [&](PayloadWriter& out) { LayOutContext(out, bit, TextOf(name)); });
}

void Recorder::OnUsage(const LockClass& lock_class, const UsageWitness& witness) {
  Put(RecordType::kUsage, [&](PayloadWriter& out) { LayOutUsage(out, lock_class.id, witness); });
}

void Recorder::OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc& arc) {
  Put(RecordType::kDeclaredArc,
      [&](PayloadWriter& out) { LayOutDeclaredArc(out, from, to, TextOf(arc.declaration)); });
}

void Recorder::OnViolation(const Violation& violation) {
  NameModuleOf(violation.lock.address);
  for (const ViolationEdge& edge : violation.edges) {
    NameModuleOf(edge.from_lock);
    NameModuleOf(edge.to_lock);
  }
  for (const ViolationLock& lock : violation.held) NameModuleOf(lock.address);
  NameModuleOf(violation.used.lock);
  NameModuleOf(violation.enabled.lock);
  Put(RecordType::kViolation, [&](PayloadWriter& out) { LayOutViolation(out, violation); });
}

void Recorder::OnStopped(const char* reason) {
  Put(RecordType::kStopped, [&](PayloadWriter& out) { out.String(reason); });
}

// Those below may run beside an observer call: memory of their own, and one
// append that the kernel keeps whole.

void Recorder::AddUnobserved(const char* sentence) {
  if (!is_open()) return;
  const ErrnoKeeper keep_errno;
  constexpr size_t kMaxSentence = 1000;
  unsigned char memory[kMaxSentence + 4];
  PayloadWriter payload(memory, sizeof(memory));
  payload.Blob(sentence, strnlen(sentence, kMaxSentence));
  Append(RecordType::kUnobserved, payload.bytes());
}

void Recorder::WriteTotals(const Totals& totals) {
  if (!is_open()) return;
  const ErrnoKeeper keep_errno;
  unsigned char memory[24];
  PayloadWriter payload(memory, sizeof(memory));
  LayOutTotals(payload, totals);
  Append(RecordType::kTotals, payload.bytes());
}

void Recorder::WriteEnd() {
  const ErrnoKeeper keep_errno;
  if (failed_errno() != 0) return file_.MarkCut();
  if (!is_open()) return;
  unsigned char memory[8];
  PayloadWriter payload(memory, sizeof(memory));
  payload.U64(NowNanoseconds());
  Append(RecordType::kEnd, payload.bytes());
}

void Recorder::WriteEvents(std::span<const unsigned char> payload) {
  if (!is_open()) return;
  const ErrnoKeeper keep_errno;
  Append(RecordType::kEvents, payload);
}

}  // namespace lockdep::record
