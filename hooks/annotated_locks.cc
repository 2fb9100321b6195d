#include "hooks/annotated_locks.h"

#include "hooks/creation.h"
#include "hooks/grading.h"
#include "hooks/lifecycle.h"
#include "hooks/lock_identity.h"
#include "hooks/session.h"

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

// More than one lock may be of the class, which is no gate then.
void ShareClass(Resource& resource, uint64_t origin, const char* name) {
  constexpr uint64_t kBelowType = (uint64_t{1} << 56) - 1;
  const auto type = static_cast<uint64_t>(ResourceType::kAnnotated) << 56;
  const ClassKey key{type | (origin & kBelowType)};
  resource.map.SetClass(key, name);
  if (name != nullptr) resource.map.origin_kind = ClassOrigin::kNamed;
  session().validator().LockGraph();
  const bool is_shared = session().validator().classes().Find(key, 0) != nullptr;
  if (is_shared && grading.NoteShared(key, /*is_loose=*/false)) session().TellAgain();
  session().validator().UnlockGraph();
}

}  // namespace

ResourceId AnnotationScope::Refer(const void* lock, LockKind kind) {
  return {ResourceType::kAnnotated, reinterpret_cast<uintptr_t>(lock), kind};
}

void AnnotationScope::Created(const void* lock, int kind, const char* name) {
  AfterBegin(Refer(lock, KindOf(kind)));
  if (!Enter()) return;
  Resource* resource = Get(Refer(lock, KindOf(kind)));
  if (resource != nullptr && name != nullptr) {
    ShareClass(*resource, HashOf(name), name);
  } else if (resource != nullptr && !IsStatic(lock)) {
    ShareClass(*resource, HashCalls(caller()), nullptr);
  }
  Leave();
}

void AnnotationScope::Destroyed(const void* lock) { AfterEnd(Refer(lock)); }

void AnnotationScope::Take(const void* lock, ReadMode mode, TryLock trylock) {
  const ResourceId id =
      Refer(lock, mode == ReadMode::kWrite ? LockKind::kMutex : LockKind::kRwLock);
  const Resource* known = CurrentStage() == Stage::kActive ? resources.Find(id) : nullptr;
  if (known != nullptr && known->map.kind == LockKind::kRecursiveMutex) {
    trylock == TryLock::kYes ? NoteHeldAgain(id) : BeforeHoldAgain(id);
  } else if (trylock == TryLock::kYes) {
    NoteHeld(id, mode);
  } else {
    BeforeHold(id, mode);
  }
}

void AnnotationScope::BeforeLock(const void* lock, ReadMode mode) {
  Take(lock, mode, TryLock::kNo);
}

void AnnotationScope::Taken(const void* lock, ReadMode mode) { Take(lock, mode, TryLock::kYes); }

void AnnotationScope::NotTaken(const void* lock) {
  if (!Enter()) return;
  Resource* resource = resources.Find(Refer(lock));
  if (resource != nullptr) TakeBack(*resource);
  Leave();
}

void AnnotationScope::BeforeUnlock(const void* lock) {
  const Resource* known = CurrentStage() == Stage::kActive ? resources.Find(Refer(lock)) : nullptr;
  const bool counts = known != nullptr && known->times_again != 0;
  counts ? BeforeUnholdAgain(Refer(lock)) : BeforeUnhold(Refer(lock));
}

}  // namespace lockdep::hooks
