// The one validator of a process that uses the kernel's names, and the part
// that each thread has in it.
//
// Lives in static storage without constructor or destructor: locks are taken
// before main and after it.
//
// Thread safety: everything may be called by any thread.

#ifndef LOCKDEP_KERNEL_WORLD_H_
#define LOCKDEP_KERNEL_WORLD_H_

#include <atomic>
#include <cstdint>
#include <utility>

#include "lockdep/kernel.h"
#include "lockdep/kernel/announcer.h"
#include "lockdep/kernel/interrupts.h"
#include "lockdep/lockdep.h"
#include "lockdep/made_later.h"

namespace lockdep::kernel {

// What a thread needs for each event.
struct Thread {
  ThreadContext* context;  // Null before its first event and after its last.
  // Its context while the program hears of a finding in it.  `context` is null then, so that
  // what the program does there is ignored; and the thread has the graph lock.
  ThreadContext* telling;
  InterruptState interrupts;
  bool has_ended;
};

class World {
 public:
  constexpr World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Makes the validator; called for the first event.  Idempotent.
  void Start();
  bool started() const { return started_.load(std::memory_order_acquire); }

  Validator& validator() { return *validator_; }

  // Has `observer` (may be null) hear all that is known and all that will be, in
  // place of the one before it.
  void ListenWith(Observer* observer);

  // The handlers of a fork.
  void BeforeFork();
  void AfterForkInParent();
  void AfterForkInChild();

  // The program's function runs, in the thread that made the finding: see Thread.
  template <typename Hear>
  void Tell(const Hear& hear);
  // The process ends, perhaps in there: the engine gets its lock back.
  void BeforeExit();

  // This thread's context; null when it has ended or memory has.
  ThreadContext* Current();
  // The same, if it has one.
  ThreadContext* CurrentIfAny();

 private:
  ThreadContext* Attach();
  void UnlockAfterFork();

  MadeLater<Validator> validator_;
  // The engine has one; the other can be made ready meanwhile.
  Announcer announcers_[2];
  unsigned active_ = 0;
  internal::RawLock start_lock_;
  internal::RawLock listen_lock_;
  std::atomic<bool> started_{false};
};

// What guards data of this layer, beside the world's own; all are held over a fork, so
// that a child finds neither a lock that nobody will release nor a change half made.
extern constinit internal::RawLock ready_lock;      // Maps that are being made ready.
extern constinit internal::RawLock orders_lock;     // Orders of classes.
extern constinit internal::RawLock recording_lock;  // Which recording is under way.

extern constinit World the_world;
extern constinit thread_local Thread the_thread;

// Whether the thread is in World::Tell.
inline bool IsTelling() { return the_thread.telling != nullptr; }

template <typename Hear>
void World::Tell(const Hear& hear) {
  the_thread.telling = std::exchange(the_thread.context, nullptr);
  hear();
  the_thread.context = std::exchange(the_thread.telling, nullptr);
}

inline ThreadContext* World::CurrentIfAny() { return the_thread.context; }

inline ThreadContext* World::Current() {
  ThreadContext* context = CurrentIfAny();
  return context != nullptr ? context : Attach();
}

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_WORLD_H_
