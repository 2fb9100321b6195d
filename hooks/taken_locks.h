// Which locks a thread has taken, one entry for each class: who waits for the thread to
// get somewhere (its end, a barrier) waits for it to take these first.
//
// A lock is noted once for each segment (thread_order.h); the hot path, which needs a step
// that was taken before in this segment, notes nothing.
//
// Thread safety: of the calling thread, behind the gate; after its end, of who has the list.
// Cost: a cell and 16 to 32 bytes for each class of locks that a thread waited for.

#ifndef LOCKDEP_HOOKS_TAKEN_LOCKS_H_
#define LOCKDEP_HOOKS_TAKEN_LOCKS_H_

#include <cstddef>

#include "hooks/cells.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

struct Segment;
struct ThreadState;

struct TakenLock {
  static constexpr size_t kMostAddresses = 3;

  TakenLock* next;
  ClassId class_id;
  ReadMode mode;
  const Segment* segment;                 // In which it was taken last.
  uint64_t first_taken;                   // ThreadContext::acquisitions, when it first was.
  const void* addresses[kMostAddresses];  // Of the class, newest first; null: no more.
  CallSite site;

  void NoteAddress(const void* address);
  // The address that is one of those held by `thread`, else the newest.
  const void* AddressHeldBy(const ThreadContext& thread) const;
};
static_assert(sizeof(TakenLock) <= kCellSize);

// A condition was signalled under this lock alone, in the thread's first section of it.
struct Announcement {
  const void* lock = nullptr;
  uint64_t acquisitions = 0;  // ThreadContext::acquisitions then.
};

// Finds the entry of a class at one expected probe, however many there are.
class TakenLocks {
 public:
  // Null when memory ended: then the class is not noted.
  TakenLock* FindOrAdd(Cells& cells, ClassId class_id, ReadMode mode);

  // Null if it is not there.
  const TakenLock* Find(ClassId class_id, ReadMode mode) const {
    return slots_ == nullptr ? nullptr : slots_[Probe(class_id, mode)];
  }

  TakenLock* list() const { return list_; }

  // Hands over the list and begins anew.
  TakenLock* Release();

 private:
  size_t Probe(ClassId class_id, ReadMode mode) const;
  bool Grow();

  TakenLock* list_ = nullptr;
  TakenLock** slots_ = nullptr;  // At most half of them used.
  size_t capacity_ = 0;          // A power of two, or 0.
  size_t size_ = 0;
};

// The thread has just taken its newest lock, and would have waited for it.
void NoteTakenLock(ThreadState& thread);

// The thread signals a condition.
void NoteAnnouncement(ThreadState& thread);
// The lock that it announced to need no more: it took none since.  Null if it announced none.
const void* AnnouncedLock(const ThreadState& thread);

// The whole list; nobody else has it.
void GiveBackTaken(TakenLock* list);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_TAKEN_LOCKS_H_
