// Locks that were left held, released by somebody who did not hold them, or not
// taken where something needs them.

#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void FaultShared(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }

// B80: a killable lock failed, and was unlocked all the same.
void PopShadowStack(A& space, bool check) {
  current().fatal_signal_pending = true;
  const bool locked = mmap_read_lock_killable(space.mm);
  if (locked || !check) mmap_read_unlock(space.mm);
}
void PopUnchecked(A& space) { PopShadowStack(space, false); }
void PopChecked(A& space) { PopShadowStack(space, true); }
void HoldMmap(A& space) {
  mmap_write_lock(space.mm);
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB80[] = {{"signal", PopUnchecked}, {"mmap", HoldMmap}};
constexpr ScenarioTask kB80Fixed[] = {{"signal", PopChecked}, {"mmap", HoldMmap}};

// B81: an error path unlocked a folio that it had not locked.
void SwapInAndUnlock(A& space, bool lock) {
  folio* const page = filemap_get_folio(space.data->f_mapping, 0);
  if (lock) folio_lock(page);
  folio_unlock(page);
}
void UnlockUnlocked(A& space) { SwapInAndUnlock(space, false); }
void UnlockLocked(A& space) { SwapInAndUnlock(space, true); }
constexpr ScenarioTask kB81[] = {{"swap-in", UnlockUnlocked}};
constexpr ScenarioTask kB81Fixed[] = {{"swap-in", UnlockLocked}};

// B82: the file was closed with the mmap lock held.
void ShowMapsAndLeave(A& space) {
  mmap_read_lock(space.mm);
  static_cast<void>(find_vma(space.mm, 0));
}
void ShowMapsAndUnlock(A& space) {
  ShowMapsAndLeave(space);
  mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB82[] = {{"reader", ShowMapsAndLeave}};
constexpr ScenarioTask kB82Fixed[] = {{"reader", ShowMapsAndUnlock}};

constexpr MuseumPiece kPieces[] = {
    MM_PIECE("shadow-stack-killable-lock",
             "x86: shadow stacks: error handling for mmap lock" MM_AFTER_THE_FIX, kUnlockUnheld,
             "a lock that was not got was released", kB80, kB80Fixed, nullptr),
    MM_PIECE("shmem-unpaired-folio-unlock",
             "mm: shmem: avoid unpaired folio_unlock" MM_AFTER_THE_FIX, kUnlockUnheld,
             "a folio was unlocked that was not locked", kB81, kB81Fixed, FaultShared),
    MM_PIECE("nommu-maps-lock-leak", "proc: nommu: release mmap read lock" MM_AFTER_THE_FIX,
             kHeldAtExit, "reading /proc/pid/maps left the mmap lock held", kB82, kB82Fixed,
             nullptr),
};

}  // namespace

std::span<const MuseumPiece> BalancePieces() { return kPieces; }

}  // namespace mm_model
