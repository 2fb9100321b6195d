// The kinds of locks that the model's objects are made of: the kernel's
// rw_semaphore, and the spinlock, which also serves as bit lock.  They block
// for real (the scheduler does not run a task that waits), and each tells the
// engine what happens to it.
//
// Every function that takes a lock is a scheduling point and, as a caller that
// matters to a reader of the report is further up, takes the call site.
//
// The engine hears of a lock before the task waits for it, so that what can
// deadlock is told even if it does.
//
// A reader does not pass a writer that queued before it: rw_semaphores are fair
// in this, which is why taking one twice for reading can deadlock.  Who of
// those that can go on gets it next is the scheduler's choice.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_LOCKS_H_
#define MM_MODEL_LOCKS_H_

#include <cstdint>

#include "lockdep/native_stack.h"
#include "lockdep/validator.h"
#include "mm_model/task.h"

namespace mm_model {

enum class LockClass : uint8_t {
#define MM_LOCK_CLASS(identifier, name, kind) identifier,
#include "mm_model/lock_classes.def"
#undef MM_LOCK_CLASS
};

// The name of a class as reports and declared orders know it.
const char* NameOf(LockClass lock_class);
// Whether it has a read side.
bool CanBeRead(LockClass lock_class);

// What the engine knows of a lock, and which object of the model it belongs to.
struct DepMap : lockdep::LockMap {
  DepMap(LockClass which, const void* object);

  const LockClass lock_class;
  const void* const owner;
  bool was_taken = false;
};

// How a lock is taken; defaults are those of plain down_read and spin_lock.
struct LockRequest {
  lockdep::CallSite site;
  uint8_t subclass = 0;
  const lockdep::LockMap* nest_lock = nullptr;
  bool killable = false;
  // While the task holds this for writing, the acquisition orders nothing.
  const DepMap* gate = nullptr;
  // Asked when the lock is about to be waited for; not when it is only tried.
  void (*before_waiting)(const DepMap& lock, const lockdep::CallSite& site) = nullptr;
};

// Tells the engine about a lock of the running task.
void TellAcquire(DepMap& map, lockdep::ReadMode mode, lockdep::TryLock trylock,
                 const LockRequest& request);
void TellRelease(DepMap& map, const lockdep::CallSite& site);
// Whether the engine says that the running task holds it.
bool IsHeld(const DepMap& map, lockdep::HeldMode mode);

class rw_semaphore {
 public:
  rw_semaphore(LockClass lock_class, const void* owner) : dep_map_(lock_class, owner) {}
  rw_semaphore(const rw_semaphore&) = delete;
  rw_semaphore& operator=(const rw_semaphore&) = delete;

  // Both return false only if the request was killable and the task was killed.
  bool Lock(lockdep::ReadMode mode, const LockRequest& request);
  bool TryLock(lockdep::ReadMode mode, const LockRequest& request);
  void Unlock(const LockRequest& request);
  // From write to read, without letting a writer in between.  REQUIRES: held for
  // writing; else it does nothing.
  void Downgrade(const LockRequest& request);

  DepMap& dep_map() { return dep_map_; }
  const DepMap& dep_map() const { return dep_map_; }
  int readers() const { return readers_; }
  const Task* writer() const { return writer_; }
  // Whether it holds it for reading since it downgraded it.
  bool IsDowngradedBy(const Task& task) const { return downgraded_by_ == &task; }

 private:
  static bool MayRead(const void* sem, const Task& task);
  static bool MayWrite(const void* sem, const Task& task);
  static bool MayReadOrDie(const void* sem, const Task& task);
  static bool MayWriteOrDie(const void* sem, const Task& task);
  static void AcquireLate(void* sem, lockdep::ReadMode mode, const LockRequest& request);
  bool Mutate(lockdep::ReadMode* mode, const LockRequest& request);
  bool Acquire(lockdep::ReadMode mode, const LockRequest& request);
  void Take(lockdep::ReadMode mode);
  bool LockForReading(const LockRequest& request);
  bool LockForWriting(const LockRequest& request);
  bool Killed(const LockRequest& request) const;

  DepMap dep_map_;
  const Task* writer_ = nullptr;
  const Task* downgraded_by_ = nullptr;
  int readers_ = 0;
  int queued_writers_ = 0;
};

class spinlock {
 public:
  spinlock(LockClass lock_class, const void* owner) : dep_map_(lock_class, owner) {}
  spinlock(const spinlock&) = delete;
  spinlock& operator=(const spinlock&) = delete;

  void Lock(const LockRequest& request);
  bool TryLock(const LockRequest& request);
  void Unlock(const LockRequest& request);
  // Waits until it is free, and does not take it.
  void WaitUntilFree(const LockRequest& request);

  DepMap& dep_map() { return dep_map_; }
  const DepMap& dep_map() const { return dep_map_; }
  const Task* owner() const { return owner_; }

 private:
  static bool IsFree(const void* lock, const Task& task);
  static void AcquireLate(void* lock, lockdep::ReadMode mode, const LockRequest& request);
  void Acquire(const LockRequest& request);

  DepMap dep_map_;
  const Task* owner_ = nullptr;
};

// The functions below are what the operations call: they stand in the kernel's
// words, and the site that they report is their caller.
#define MM_LOCK_FUNCTION [[gnu::noinline]]

MM_LOCK_FUNCTION void down_read(rw_semaphore* sem);
MM_LOCK_FUNCTION bool down_read_trylock(rw_semaphore* sem);
MM_LOCK_FUNCTION void up_read(rw_semaphore* sem);
MM_LOCK_FUNCTION void down_write(rw_semaphore* sem);
MM_LOCK_FUNCTION bool down_write_trylock(rw_semaphore* sem);
MM_LOCK_FUNCTION void up_write(rw_semaphore* sem);

// A mutex is a semaphore that is only ever taken for writing.
MM_LOCK_FUNCTION void mutex_lock(rw_semaphore* mutex);
MM_LOCK_FUNCTION void mutex_unlock(rw_semaphore* mutex);

MM_LOCK_FUNCTION void spin_lock(spinlock* lock);
MM_LOCK_FUNCTION void spin_lock_nested(spinlock* lock, uint8_t subclass);
MM_LOCK_FUNCTION bool spin_trylock(spinlock* lock);
MM_LOCK_FUNCTION void spin_unlock(spinlock* lock);
MM_LOCK_FUNCTION void spin_lock_irq(spinlock* lock);
MM_LOCK_FUNCTION void spin_unlock_irq(spinlock* lock);

}  // namespace mm_model

#endif  // MM_MODEL_LOCKS_H_
