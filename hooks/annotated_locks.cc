#include "hooks/annotated_locks.h"

#include "hooks/lifecycle.h"
#include "hooks/waiting.h"

namespace lockdep::hooks {
namespace {

LockKind KindOf(int kind) {
  switch (kind) {
    case LOCKDEP_SPINLOCK:
      return LockKind::kSpinLock;
    case LOCKDEP_RWLOCK:
      return LockKind::kRwLock;
    case LOCKDEP_RECURSIVE:
      return LockKind::kRecursiveMutex;
    default:
      return LockKind::kMutex;
  }
}

uint64_t HashOf(const char* name) {
  uint64_t hash = kEmptyChainKey;
  for (; *name != '\0'; ++name) hash = NextChainKey(hash, static_cast<unsigned char>(*name));
  return hash;
}

}  // namespace

ResourceId AnnotationScope::Refer(const void* lock, LockKind kind) {
  return {ResourceType::kAnnotated, reinterpret_cast<uintptr_t>(lock), kind};
}

void AnnotationScope::Created(const void* lock, int kind, const char* name) {
  const ResourceId id = Refer(lock, KindOf(kind));
  if (name == nullptr) return AfterBeginClassed(id);
  AfterBegin(id);
  if (!Enter()) return;
  if (Resource* resource = Get(id); resource != nullptr) ShareClass(*resource, HashOf(name), name);
  Leave();
}

void AnnotationScope::Destroyed(const void* lock) {
  EndAnnouncedWait();
  AfterEnd(Refer(lock));
}

bool AnnotationScope::Take(const void* lock, ReadMode mode, TryLock trylock) {
  const ResourceId id =
      Refer(lock, mode == ReadMode::kWrite ? LockKind::kMutex : LockKind::kRwLock);
  const Resource* known = CurrentStage() == Stage::kActive ? resources.Find(id) : nullptr;
  if (known != nullptr && known->map.kind == LockKind::kRecursiveMutex) {
    trylock == TryLock::kYes ? NoteHeldAgain(id) : BeforeHoldAgain(id);
  } else if (trylock == TryLock::kYes) {
    NoteHeld(id, mode);
  } else {
    return BeforeHold(id, mode) != nullptr;
  }
  return false;
}

void AnnotationScope::BeforeLock(const void* lock, ReadMode mode) {
  if (!Take(lock, mode, TryLock::kNo)) return;
  AnnounceWait(mode == ReadMode::kWrite ? WaitKind::kAnnotated : WaitKind::kAnnotatedRead, lock,
               caller());
}

void AnnotationScope::AfterLock() { EndAnnouncedWait(); }

void AnnotationScope::Waited(const void* lock, ReadMode mode) { Take(lock, mode, TryLock::kNo); }

void AnnotationScope::Taken(const void* lock, ReadMode mode) { Take(lock, mode, TryLock::kYes); }

void AnnotationScope::NotTaken(const void* lock) {
  EndAnnouncedWait();
  if (!Enter()) return;
  Resource* resource = resources.Find(Refer(lock));
  if (resource != nullptr) TakeBack(*resource);
  Leave();
}

void AnnotationScope::BeforeUnlock(const void* lock) {
  EndAnnouncedWait();
  const Resource* known = CurrentStage() == Stage::kActive ? resources.Find(Refer(lock)) : nullptr;
  const bool counts = known != nullptr && known->times_again != 0;
  counts ? BeforeUnholdAgain(Refer(lock)) : BeforeUnhold(Refer(lock));
}

}  // namespace lockdep::hooks
