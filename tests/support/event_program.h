// Event programs: lock events in the kernel's letters, run through a Validator.
//
//   L(A)   lock          R(A)   read lock       RR(A)  recursive read lock
//   T(A)   trylock       TR(A)  try read lock   TRR(A) try recursive read lock
//   U(A)   unlock        A1 A2  two locks of class A;  A/1  subclass 1
//   L(A,N) with N as the nest lock
//   N(A)   lock that takes no part in the rules
//   S(A)   wait for those who hold the lock without taking it
//   pin(A)  it must not be released before    unpin(A) gave back the last cookie
//   irq{ }  softirq{ }  run in that context     irqsave{ }  bh{ }  mask it
//   irqon{ }  with both enabled; so threads begin
//   down(A)  the writer becomes a reader     cancel(A)  a wait was given up
//   free(A)  the lock's memory ends          exit()     the thread ends
//   class(A/1)  the held lock is of subclass 1 from now on
//   class(A/1,B)  ... and of the class that lock B is of; also if it is not held
//   end(A)   the key of class A ends         end(A,C)   those of A, B and C
//   |  next thread     |2  thread 2 goes on (threads count from 0)
//
// Example: "L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)".

#ifndef TESTS_SUPPORT_EVENT_PROGRAM_H_
#define TESTS_SUPPORT_EVENT_PROGRAM_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lockdep/lockdep.h"
#include "tests/support/pin_book.h"

namespace lockdep::testing {

inline constexpr ContextSet kHardirqBit = 1;
inline constexpr ContextSet kSoftirqBit = 2;
inline constexpr const char* kContextNames[] = {"hardirq", "softirq"};

// What a brace of the language does to a thread.
enum class Context : uint8_t { kIrq, kSoftirq, kIrqSave, kBh, kIrqOn };

// Where threads begin, and where they are behind the brace.
inline constexpr ContextState kStart{.enabled = kHardirqBit | kSoftirqBit};
ContextState Enter(Context context, ContextState state);

struct Event {
  enum class Op : uint8_t {
    kAcquire,
    kRelease,
    kSync,
    kPin,
    kUnpin,
    kDowngrade,
    kCancel,
    kDestroy,
    kChangeClass,
    kEndKeys,
    kExit,
    kEnter,  // A context, up to kLeave.
    kLeave,
  };

  Op op = Op::kAcquire;
  ReadMode mode = ReadMode::kWrite;
  TryLock trylock = TryLock::kNo;
  Check check = Check::kFull;
  Context context = Context::kIrq;  // Of kEnter.
  size_t thread = 0;
  std::string lock;  // "A1": class A, instance 1.  Empty for kExit, kEnter, kLeave.
  uint8_t subclass = 0;
  std::string nest_lock;  // Of kChangeClass: whose class; of kEndKeys: the last.
};

// Returns nothing if the program is malformed; `*column` (may be null) tells where.
std::optional<std::vector<Event>> TryParseEvents(std::string_view program, size_t* column);

// Aborts the test with a message on a malformed program.
std::vector<Event> ParseEvents(std::string_view program);

// The program as text, which parses to the same events.
std::string FormatEvents(const std::vector<Event>& events);

// A violation with the names of its locks instead of ids.
struct Heard {
  ViolationKind kind;
  Level level;
  std::vector<std::string> cycle;  // "A -> B" for each edge, the new one last.
  std::vector<std::string> declarations;
  std::string lock;  // Class name, with "/1" for a subclass.
  std::string subject;
  std::vector<std::string> held;
  std::string contexts;  // "hardirq: A used, B enabled", of the context rules.
};

// An Observer that remembers everything, and checks that ids come announced.
class Listener final : public Observer {
 public:
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

  std::vector<std::string> threads;
  std::vector<std::string> classes;
  std::vector<std::vector<uintptr_t>> stacks;
  std::vector<std::string> dependencies;  // "A -EN-> B".
  std::vector<std::string> chains;        // "A B": the classes, the first taken first.
  std::map<int, std::string> contexts;
  std::vector<std::string> usages;  // "A used 1": a class, how, a ContextSet.
  std::vector<std::string> declared;
  std::vector<Heard> heard;
  std::vector<std::string> stopped;

 private:
  std::map<ChainKey, std::string> chain_names_ = {{kEmptyChainKey, ""}};

  std::string Name(ClassId id) const { return classes.at(static_cast<uint32_t>(id) - 1); }
};

// A validator with named locks and threads on which event programs run.
class Machine {
 public:
  explicit Machine(DeclaredOrder order = {}, StackSource* stacks = nullptr)
      : validator_({.observer = &listener_,
                    .stacks = stacks,
                    .declared_order = order,
                    .context_names = kContextNames}) {}

  // Runs a program and checks the engine's invariants after each event; threads
  // are made as the program names them and stay.
  void Run(std::string_view program);

  LockMap& Lock(const std::string& name);
  ThreadContext& Thread(size_t index);

  Validator& validator() { return validator_; }
  Listener& listener() { return listener_; }
  const std::vector<Heard>& heard() const { return listener_.heard; }

 private:
  struct ThreadState {
    ThreadContext* context;
    std::vector<ContextState> interrupted;  // What each open brace goes back to.
    PinBook<const LockMap*> pins;
  };

  void Run(const Event& event);
  bool RunWithoutLock(const Event& event);
  void EndLock(const Event& event, const LockMap& lock);
  void ChangeClass(const Event& event);
  void EndKeys(const Event& event);
  Acquisition MakeAcquisition(const Event& event);

  Listener listener_;
  Validator validator_;
  std::map<std::string, LockMap> locks_;
  std::map<std::string, std::string> class_names_;  // Node-based: keeps names in place.
  std::vector<ThreadState> threads_;
};

// "lock-order-inversion" and so on, in order.
std::vector<std::string> Kinds(const std::vector<Heard>& heard);

}  // namespace lockdep::testing

#endif  // TESTS_SUPPORT_EVENT_PROGRAM_H_
