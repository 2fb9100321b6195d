#include "hooks/taken_locks.h"

#include "hooks/thread_context.h"

namespace lockdep::hooks {
namespace {

TakenLock* Find(TakenLock* list, ClassId class_id, ReadMode mode) {
  while (list != nullptr && (list->class_id != class_id || list->mode != mode)) list = list->next;
  return list;
}

// Never 0, which is no key.
uint64_t KeyOf(const HeldLock& held) {
  const auto how =
      static_cast<uint64_t>(held.use.class_id()) << 2 | static_cast<uint64_t>(held.use.mode());
  return NextChainKey(NextChainKey(kEmptyChainKey, how),
                      reinterpret_cast<uintptr_t>(held.lock->address));
}

}  // namespace

void TakenLock::NoteAddress(const void* address) {
  size_t at = 0;
  while (at < kMostAddresses - 1 && addresses[at] != address) ++at;
  for (; at > 0; --at) addresses[at] = addresses[at - 1];
  addresses[0] = address;
}

const void* TakenLock::AddressHeldBy(const ThreadContext& thread) const {
  for (const HeldLock& held : thread.held) {
    for (const void* address : addresses) {
      if (held.lock->address == address) return address;
    }
  }
  return addresses[0];
}

void NoteTakenLock(ThreadState& thread) {
  const HeldLock& held = thread.context->held.newest();
  const uint64_t key = KeyOf(held);
  if (thread.known_taken.Contains(key)) return;
  thread.known_taken.Insert(key);
  TakenLock* taken = Find(thread.taken, held.use.class_id(), held.use.mode());
  if (taken == nullptr) {
    void* cell = thread.cells.Allocate();
    if (cell == nullptr) return;
    taken = new (cell) TakenLock{.next = thread.taken,
                                 .class_id = held.use.class_id(),
                                 .mode = held.use.mode(),
                                 .segment = nullptr,
                                 .addresses = {},
                                 .site = {}};
    thread.taken = taken;
  }
  taken->segment = thread.segment;
  taken->NoteAddress(held.lock->address);
  taken->site = held.site();
}

void GiveBackTaken(TakenLock* list) {
  while (list != nullptr) {
    TakenLock* const taken = list;
    list = taken->next;
    Cells::GiveBack(taken);
  }
}

}  // namespace lockdep::hooks
