#include "hooks/taken_locks.h"

#include <sys/mman.h>

#include "hooks/thread_context.h"

namespace lockdep::hooks {
namespace {

constexpr size_t kFirstCapacity = 512;

uint64_t KeyOf(ClassId class_id, ReadMode mode) {
  return NextChainKey(kEmptyChainKey,
                      static_cast<uint64_t>(class_id) << 2 | static_cast<uint64_t>(mode));
}

// Never 0, which is no key.
uint64_t KeyOf(const HeldLock& held) {
  return NextChainKey(KeyOf(held.use.class_id(), held.use.mode()),
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

// The entry, or the empty slot where it belongs.
size_t TakenLocks::Probe(ClassId class_id, ReadMode mode) const {
  size_t at = (KeyOf(class_id, mode) >> 8) & (capacity_ - 1);
  while (slots_[at] != nullptr && (slots_[at]->class_id != class_id || slots_[at]->mode != mode)) {
    at = (at + 1) & (capacity_ - 1);
  }
  return at;
}

bool TakenLocks::Grow() {
  const size_t capacity = capacity_ == 0 ? kFirstCapacity : capacity_ * 2;
  auto* slots = static_cast<TakenLock**>(MapPages(capacity * sizeof(TakenLock*), Pages::kCommit));
  if (slots == nullptr) return false;
  if (slots_ != nullptr) munmap(slots_, capacity_ * sizeof(TakenLock*));
  slots_ = slots;
  capacity_ = capacity;
  for (TakenLock* one = list_; one != nullptr; one = one->next) {
    slots_[Probe(one->class_id, one->mode)] = one;
  }
  return true;
}

TakenLock* TakenLocks::FindOrAdd(Cells& cells, ClassId class_id, ReadMode mode) {
  if (size_ * 2 >= capacity_ && !Grow()) return nullptr;
  TakenLock*& slot = slots_[Probe(class_id, mode)];
  if (slot != nullptr) return slot;
  void* cell = cells.Allocate();
  if (cell == nullptr) return nullptr;
  slot = new (cell) TakenLock{.next = list_,
                              .class_id = class_id,
                              .mode = mode,
                              .segment = nullptr,
                              .first_taken = 0,
                              .addresses = {},
                              .site = {}};
  list_ = slot;
  ++size_;
  return slot;
}

TakenLock* TakenLocks::Release() {
  if (slots_ != nullptr) munmap(slots_, capacity_ * sizeof(TakenLock*));
  TakenLock* const list = list_;
  *this = {};
  return list;
}

void NoteTakenLock(ThreadState& thread) {
  const HeldLock& held = thread.context->held.newest();
  const uint64_t key = KeyOf(held);
  if (thread.known_taken.Contains(key)) return;
  thread.known_taken.Insert(key);
  TakenLock* taken = thread.taken.FindOrAdd(thread.cells, held.use.class_id(), held.use.mode());
  if (taken == nullptr) return;
  if (taken->first_taken == 0) taken->first_taken = thread.context->acquisitions;
  taken->segment = thread.segment;
  taken->NoteAddress(held.lock->address);
  taken->site = held.site();
}

void NoteAnnouncement(ThreadState& thread) {
  const HeldLocks& held = thread.context->held;
  thread.announcement = {};
  if (held.depth() != 1) return;
  const HeldLock& only = held.newest();
  const TakenLock* taken = thread.taken.Find(only.use.class_id(), only.use.mode());
  const uint64_t acquisitions = thread.context->acquisitions;
  if (taken == nullptr || taken->first_taken != acquisitions) return;
  thread.announcement = {only.lock->address, acquisitions};
}

const void* AnnouncedLock(const ThreadState& thread) {
  const Announcement& last = thread.announcement;
  return last.acquisitions == thread.context->acquisitions ? last.lock : nullptr;
}

void GiveBackTaken(TakenLock* list) {
  while (list != nullptr) {
    TakenLock* const taken = list;
    list = taken->next;
    Cells::GiveBack(taken);
  }
}

}  // namespace lockdep::hooks
