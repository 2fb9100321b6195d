#include "hooks/lock_identity.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "hooks/frame_sizes.h"
#include "hooks/grading.h"
#include "hooks/raw_sink.h"
#include "hooks/session.h"
#include "hooks/static_modules.h"
#include "hooks/step_notes.h"

namespace lockdep::hooks {
namespace {

uintptr_t AddressOf(const LockRecord& record) {
  return reinterpret_cast<uintptr_t>(record.map.address);
}

// The key of a class that has a number and no address.
ClassKey Numbered(uint64_t number) { return {uint64_t{1} << 63 | number}; }

// For a variable of a function that is active on this thread's stack.
StackGuard GuardOf(uintptr_t address, const Caller& caller) {
  if (address < thread_slot.stack_low || address >= thread_slot.stack_high) return {};
  WalkedFrame frames[16];
  const size_t count = WalkFrames(caller, frames);
  for (size_t i = 0; i + 1 < count; ++i) {
    if (address < frames[i].low || address >= frames[i + 1].low) continue;
    return {.slot = reinterpret_cast<const uintptr_t*>(frames[i + 1].low) - 1,
            .pc = frames[i + 1].pc};
  }
  return {};
}

// A place of first use that has a name is that of an allocation; the name says how far into the
// object the lock is (docs/recording_format.md).
void NameInObject(size_t offset, LockRecord* record) {
  Text<sizeof(record->place)> place;
  place << "+" << uint64_t{offset};
  memcpy(record->place, place.c_str(), place.view().size() + 1);
  record->map.name = record->place;
}

// Another lock of the class may have been taken: then the engine need not recognise this one.
void NoteKnownClass(LockMap& map) {
  const LockClass* known = session().validator().classes().Find(map.key, 0);
  if (known != nullptr) map.class_cache[0].store(known->id, std::memory_order_relaxed);
}

}  // namespace

LockRecord* LockTable::BeginInitialised(ThreadState& thread, const LockReference& lock,
                                        const Caller& caller) {
  return Begin(thread, lock, caller, Beginning::kInitialised);
}

LockRecord* LockTable::BeginUsed(ThreadState& thread, const LockReference& lock,
                                 const Caller& caller) {
  return Begin(thread, lock, caller, Beginning::kUsed);
}

LockRecord* LockTable::Begin(ThreadState& thread, const LockReference& lock, const Caller& caller,
                             Beginning beginning) {
  const auto address = reinterpret_cast<uintptr_t>(lock.address);
  EndOverlapping(thread, address, SizeOf(lock.type));
  Shadow::Slot* slot = shadow_.FindOrMake(address);
  void* cell = slot == nullptr ? nullptr : thread.cells.Allocate();
  if (cell == nullptr) {
    locks_missed_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  auto* record = new (cell) LockRecord();
  record->type = lock.type;
  record->map.address = lock.address;
  record->map.kind = lock.kind;
  record->guard = GuardOf(address, caller);
  Classify(record, caller, beginning);
  NoteKnownClass(record->map);
  if (beginning == Beginning::kInitialised) record->birth = BirthOf(thread);
  LockRecord* winner = nullptr;
  if (slot->compare_exchange_strong(winner, record, std::memory_order_acq_rel)) {
    shadow_.MarkPage(address);
    return record;
  }
  // Another thread met the lock at the same time.
  locks_begun_.fetch_sub(1, std::memory_order_relaxed);
  thread.cells.Free(record);
  return winner->map.address == lock.address && winner->type == lock.type ? winner : nullptr;
}

void LockTable::Classify(LockRecord* record, const Caller& caller, Beginning beginning) {
  const uint64_t number = locks_begun_.fetch_add(1, std::memory_order_relaxed) + 1;
  record->number = number;
  const LockReference lock{record->map.address, record->type, record->map.kind};
  if (IsStatic(lock.address)) {
    record->map.key.value = static_modules.KeyOf(lock.address);
    record->map.origin_kind = ClassOrigin::kStaticAddress;
    record->map.origin = AddressOf(*record);
    return;
  }
  const Creation creation = beginning == Beginning::kInitialised
                                ? DescribeInit(lock, caller, class_by_)
                                : DescribeFirstUse(lock, caller, class_by_);
  record->path = creation.path;
  record->map.origin_kind = creation.origin;
  record->map.origin = creation.site;
  if (creation.is_in_object) NameInObject(creation.offset, record);
  session().validator().LockGraph();
  const uint64_t shared =
      identities_.ClassOf(creation, AddressOf(*record), SizeOf(lock.type), number);
  const bool has_joined = shared != 0 && shared != number;
  if (has_joined && grading.NoteShared(Numbered(shared), creation.is_loose)) {
    session().TellAgain();
  }
  session().validator().UnlockGraph();
  record->may_share_class = shared != 0;
  record->map.key = Numbered(shared != 0 ? shared : number);
}

void LockTable::End(ThreadState* thread, LockRecord* record) {
  if (thread != nullptr) session().engine().CancelAcquire(*thread->context, record->map);
  lock_ends.Count(AddressOf(*record));
  if (record->node != nullptr) {
    session().validator().LockGraph();
    session().instance_order().Forget(record);
    session().validator().UnlockGraph();
  }
  Shadow::Slot* slot = shadow_.Find(AddressOf(*record));
  LockRecord* expected = record;
  if (!slot->compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) return;
  thread != nullptr ? thread->cells.Free(record) : Cells::GiveBack(record);
}

void LockTable::EndOverlapping(ThreadState& thread, uintptr_t address, size_t size) {
  const uintptr_t first = address - std::min<uintptr_t>(address, kLargestLock - 1);
  shadow_.ForEachLock(first & ~(Shadow::kGranule - 1), address + size, [&](LockRecord* record) {
    const bool overlaps =
        AddressOf(*record) < address + size && AddressOf(*record) + SizeOf(record->type) > address;
    if (overlaps) End(&thread, record);
  });
}

}  // namespace lockdep::hooks
