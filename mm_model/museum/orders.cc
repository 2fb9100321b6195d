// Locks that were taken both ways round, and waits that close a circle.

#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/museum/steps.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void MakeDriver(A& space) {
  space.driver = machine().New<rw_semaphore>(LockClass::kDriverLock, nullptr);
}

void Touch(A& space, unsigned long address) { AccessUser(space.mm, address, Access::kRead); }

// What a driver's mmap and munmap do: its own lock under the mmap lock.
void DriverLockUnderMmap(A& space) {
  mmap_write_lock(space.mm);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
  mmap_write_unlock(space.mm);
}

// What its fault handler does.
void DriverLockInFault(A& space) {
  mmap_read_lock(space.mm);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
  mmap_read_unlock(space.mm);
}

// A copy to or from user memory, with the driver's lock held.
void CopyUnderDriverLock(A& space) {
  mutex_lock(space.driver);
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  mutex_unlock(space.driver);
}

void CopyThenDriverLock(A& space) {
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
}

void PinUnderDriverLock(A& space) {
  mutex_lock(space.driver);
  if (folio* const page = get_user_page_fast(space.mm, A::kAnon, true)) unpin_user_page(page);
  mutex_unlock(space.driver);
}

void PinThenDriverLock(A& space) {
  if (folio* const page = get_user_page_fast(space.mm, A::kAnon, true)) unpin_user_page(page);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
}

void WriteUnderDriverLock(A& space) {
  mutex_lock(space.driver);
  mmap_write_lock(space.mm);
  mmap_write_unlock(space.mm);
  mutex_unlock(space.driver);
}

// B4: the new VMA was write-locked only when it was linked to its file.
void LockVmaUnderIMmap(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kShared);
  i_mmap_lock_write(space.data->f_mapping);
  vma_start_write(vma);
  i_mmap_unlock_write(space.data->f_mapping);
  mmap_write_unlock(space.mm);
}
void LockVmaBeforeIMmap(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, A::kShared));
  i_mmap_lock_write(space.data->f_mapping);
  i_mmap_unlock_write(space.data->f_mapping);
  mmap_write_unlock(space.mm);
}

// A fault that reclaims under its VMA lock.
void ReclaimUnderVmaRead(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kShared);
  if (vma == nullptr) return;
  i_mmap_lock_read(space.data->f_mapping);
  i_mmap_unlock_read(space.data->f_mapping);
  vma_end_read(vma);
}

constexpr ScenarioTask kB4[] = {{"mmap", LockVmaUnderIMmap}, {"fault", ReclaimUnderVmaRead}};
constexpr ScenarioTask kB4Fixed[] = {{"mmap", LockVmaBeforeIMmap}, {"fault", ReclaimUnderVmaRead}};

// B51: migration of a hugetlb page walked the rmap with the folio locked.
void UseHugetlb(A& space) {
  MapHugetlb(space);
  AccessUser(space.mm, A::kFree, Access::kWrite);
}
folio* HugeFolio(const A& space) { return filemap_get_folio(space.huge->f_mapping, 0); }

void MigrateWaitingForIMmap(A& space) {
  folio* const page = HugeFolio(space);
  folio_lock(page);
  i_mmap_lock_read(space.huge->f_mapping);
  i_mmap_unlock_read(space.huge->f_mapping);
  folio_unlock(page);
}
void MigrateTryingIMmap(A& space) {
  folio* const page = HugeFolio(space);
  folio_lock(page);
  if (i_mmap_trylock_write(space.huge->f_mapping)) i_mmap_unlock_write(space.huge->f_mapping);
  folio_unlock(page);
}
// hugetlbfs_zero_partial_page.  Other paths take the two the other way round, but
// under i_rwsem too; migration does not have it.
void PunchHole(A& space) {
  inode_lock(space.huge->f_inode);
  i_mmap_lock_write(space.huge->f_mapping);
  folio* const page = HugeFolio(space);
  folio_lock_gated(page, space.huge->f_inode->i_rwsem.dep_map());
  folio_unlock(page);
  i_mmap_unlock_write(space.huge->f_mapping);
  inode_unlock(space.huge->f_inode);
}
constexpr ScenarioTask kB51[] = {{"migrate", MigrateWaitingForIMmap}, {"punch", PunchHole}};
constexpr ScenarioTask kB51Fixed[] = {{"migrate", MigrateTryingIMmap}, {"punch", PunchHole}};

// B52: the build id was read from the file under the mmap lock.
void QueryUnderMmap(A& space) {
  mmap_read_lock(space.mm);
  inode_lock_shared(space.data->f_inode);
  inode_unlock_shared(space.data->f_inode);
  mmap_read_unlock(space.mm);
}
void QueryThenRead(A& space) {
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  inode_lock_shared(space.data->f_inode);
  inode_unlock_shared(space.data->f_inode);
}
void ReadFileToUser(A& space) {
  inode_lock_shared(space.data->f_inode);
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  inode_unlock_shared(space.data->f_inode);
}
void MapSomething(A& space) {
  mmap_write_lock(space.mm);
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB52[] = {
    {"query", QueryUnderMmap}, {"read", ReadFileToUser}, {"mmap", MapSomething}};
constexpr ScenarioTask kB52Fixed[] = {
    {"query", QueryThenRead}, {"read", ReadFileToUser}, {"mmap", MapSomething}};

// B53: madvise(MADV_REMOVE) kept the mmap lock while it punched the hole.  In B54 a hook
// of remap_file_pages took the lock so.
void IRwsemUnderMmap(A& space) {
  mmap_write_lock(space.mm);
  inode_lock(space.data->f_inode);
  inode_unlock(space.data->f_inode);
  mmap_write_unlock(space.mm);
}
void RemoveWithoutMmap(A& space) { madvise_remove(space.mm, A::kShared, A::kBytes); }
void WriteFile(A& space) {
  Touch(space, A::kShared);
  generic_file_write_iter(space.data, space.mm, A::kAnon);
}
constexpr ScenarioTask kB53[] = {{"madvise", IRwsemUnderMmap}, {"write", WriteFile}};
constexpr ScenarioTask kB53Fixed[] = {{"madvise", RemoveWithoutMmap}, {"write", WriteFile}};

// B54: the security hook of remap_file_pages took the file's lock.
void HookBeforeMmap(A& space) {
  inode_lock(space.data->f_inode);
  inode_unlock(space.data->f_inode);
  mmap_write_lock(space.mm);
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB54[] = {{"remap", IRwsemUnderMmap}, {"read", ReadFileToUser}};
constexpr ScenarioTask kB54Fixed[] = {{"remap", HookBeforeMmap}, {"read", ReadFileToUser}};

// What jffs2's fault does: its lock under that of the page to read.
void ReadPageInFault(A& space) {
  folio* const page = filemap_get_folio(space.data->f_mapping, 0);
  mmap_read_lock(space.mm);
  folio_lock(page);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
  folio_unlock(page);
  mmap_read_unlock(space.mm);
}
void MakeDriverAndCache(A& space) {
  MakeDriver(space);
  FaultShared(space);
}

// What zero-copy receive does: takes out pages of the socket's mapping.
void ReplaceMapped(A& space) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  if (vma != nullptr) unmap_page_range(vma, A::kAnon, A::kAnon + PAGE_SIZE);
  mmap_read_unlock(space.mm);
}
void ReplaceUnderSocketLock(A& space) {
  mutex_lock(space.driver);
  ReplaceMapped(space);
  mutex_unlock(space.driver);
}

// B55: a file system's lock was held over the copy from user memory, whose fault
// needs it too.
constexpr ScenarioTask kB55[] = {{"write", CopyUnderDriverLock}, {"fault", DriverLockInFault}};
constexpr ScenarioTask kB55Fixed[] = {{"write", CopyThenDriverLock}, {"fault", DriverLockInFault}};
constexpr ScenarioTask kB56[] = {{"readdir", CopyUnderDriverLock}, {"fault", ReadPageInFault}};
constexpr ScenarioTask kB56Fixed[] = {{"readdir", CopyThenDriverLock}, {"fault", ReadPageInFault}};
constexpr ScenarioTask kB57[] = {{"dirty", DriverLockUnderMmap}, {"rebind", WriteUnderDriverLock}};
constexpr ScenarioTask kB57Fixed[] = {{"dirty", DriverLockUnderMmap}, {"rebind", MapSomething}};
constexpr ScenarioTask kB59[] = {{"qbuf", CopyUnderDriverLock}, {"munmap", DriverLockUnderMmap}};
constexpr ScenarioTask kB59Fixed[] = {{"qbuf", CopyThenDriverLock},
                                      {"munmap", DriverLockUnderMmap}};
constexpr ScenarioTask kB60[] = {{"receive", ReplaceUnderSocketLock},
                                 {"mmap", DriverLockUnderMmap}};
constexpr ScenarioTask kB60Fixed[] = {{"receive", ReplaceUnderSocketLock}, {"mmap", MapSomething}};
constexpr ScenarioTask kB62[] = {{"migrate", WriteUnderDriverLock}, {"fault", DriverLockInFault}};
constexpr ScenarioTask kB62Fixed[] = {{"migrate", DriverLockUnderMmap},
                                      {"fault", DriverLockInFault}};
constexpr ScenarioTask kB65[] = {{"pin", PinUnderDriverLock}, {"mmap", DriverLockUnderMmap}};
constexpr ScenarioTask kB65Fixed[] = {{"pin", PinThenDriverLock}, {"mmap", DriverLockUnderMmap}};

// B63: the fault on the mapped device took the lock of the read that copied into it.
void ReadIntoOwnMapping(A& space) {
  mutex_lock(space.driver);
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
  mutex_unlock(space.driver);
}
void ReadIntoBounceBuffer(A& space) {
  mutex_lock(space.driver);
  mutex_unlock(space.driver);
  Touch(space, A::kAnon);
}
constexpr ScenarioTask kB63[] = {{"read", ReadIntoOwnMapping}};
constexpr ScenarioTask kB63Fixed[] = {{"read", ReadIntoBounceBuffer}};

// B67: a program that iterates over VMAs took the mmap lock again.
void IterateAndCopy(A& space) {
  mmap_read_lock(space.mm);
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  mmap_read_unlock(space.mm);
}
void IterateWithVmaLock(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  vma_end_read(vma);
}
void IterateOverSnapshots(A& space) {
  if (vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon)) vma_end_read(vma);
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
}
void ExpandVma(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB67[] = {{"iterate", IterateAndCopy}, {"mmap", ExpandVma}};
constexpr ScenarioTask kB67Vma[] = {{"iterate", IterateWithVmaLock}, {"mmap", ExpandVma}};
constexpr ScenarioTask kB67Fixed[] = {{"iterate", IterateOverSnapshots}, {"mmap", ExpandVma}};

// B75: the second VMA of a move was waited for with the first one held.
void MoveHoldingOne(A& space) {
  vm_area_struct* const dst = lock_vma_under_rcu(space.mm, A::kAnon);
  if (dst == nullptr) return;
  vm_area_struct* src = lock_vma_under_rcu(space.mm, A::kPrivate);
  if (src == nullptr) {
    mmap_read_lock(space.mm);
    src = vma_lookup(space.mm, A::kPrivate);
    vma_start_read_locked_nested(src, SINGLE_DEPTH_NESTING);
    mmap_read_unlock(space.mm);
  }
  vma_end_read(src);
  vma_end_read(dst);
}
void MoveHoldingNone(A& space) {
  auto* const ctx = machine().New<userfaultfd_ctx>();
  move_pages(space.mm, A::kAnon + PAGE_SIZE, A::kPrivate, ctx);
}
void LockBoth(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, A::kPrivate));
  vma_start_write(vma_lookup(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}
void FaultBoth(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  AccessUser(space.mm, A::kPrivate, Access::kWrite);
}
constexpr ScenarioTask kB75[] = {{"move", MoveHoldingOne}, {"mmap", LockBoth}};
constexpr ScenarioTask kB75Fixed[] = {{"move", MoveHoldingNone}, {"mmap", LockBoth}};

constexpr MuseumPiece kPieces[] = {
    MM_PIECE("mmap-links-file-before-vma-lock", "1c7873e33645", kDeclaredOrderViolation,
             "mmap write-locked the VMA under i_mmap_rwsem", kB4, kB4Fixed, nullptr),
    MM_PIECE("hugetlb-migration-deadlock", "b7880cb166ab", kDeadlock,
             "migration waited for i_mmap_rwsem with the folio locked", kB51, kB51Fixed,
             UseHugetlb),
    MM_PIECE("build-id-under-mmap-lock", "b5cbacd7f86f", kDeclaredOrderViolation,
             "PROCMAP_QUERY read the file under the mmap lock", kB52, kB52Fixed, nullptr),
    MM_PIECE("madvise-remove-under-mmap-lock", "mm: holepunch, 2007", kDeclaredOrderViolation,
             "MADV_REMOVE took i_rwsem under the mmap lock", kB53, kB53Fixed, nullptr),
    MM_PIECE("remap-file-pages-hook", "58a039e679fe", kDeclaredOrderViolation,
             "a security hook took i_rwsem under the mmap lock", kB54, kB54Fixed, nullptr),
    MM_PIECE("gfs2-glock-over-user-copy", "00bfe02f4796", kLockOrderInversion,
             "a fault needed the lock that the write held", kB55, kB55Fixed, MakeDriver),
    MM_PIECE("jffs2-readdir", "jffs2, f->sem against mmap_sem", kDeclaredOrderViolation,
             "readdir copied names with the inode's lock held", kB56, kB56Fixed,
             MakeDriverAndCache),
    MM_PIECE("zfs-mempolicy-rebind", "zfs, z_lock against mmap_sem", kLockOrderInversion,
             "a chain of locks came back to the mmap lock", kB57, kB57Fixed, MakeDriver),
    MM_PIECE("videobuf-qbuf", "9900132f3437, b037c0fde22b", kLockOrderInversion,
             "the queue lock was held when user memory was pinned", kB59, kB59Fixed, MakeDriver),
    MM_PIECE("tcp-zerocopy-mmap", "tcp: mmap and setsockopt, 2018", kLockOrderInversion,
             "mmap of a socket took its lock under the mmap lock", kB60, kB60Fixed, MakeDriver),
    MM_PIECE("pseries-vas-migration", "b59c9dc4d9d4" MM_AFTER_THE_FIX, kLockOrderInversion,
             "migration took the mmap lock under the lock that a fault takes", kB62, kB62Fixed,
             MakeDriver),
    MM_PIECE("hwrng-mapped-buffer", "hwrng: page fault dead lock on mmap-ed hwrng" MM_AFTER_THE_FIX,
             kRecursiveLock, "a fault on the buffer took the lock of the read", kB63, kB63Fixed,
             MakeDriver),
    MM_PIECE("gup-under-driver-mutex", "tenstorrent tt-kmd 271", kLockOrderInversion,
             "pages were pinned under a mutex that mmap takes", kB65, kB65Fixed, MakeDriver),
    MM_PIECE("bpf-task-vma-recursion", "bpf: task_vma iterator, mmap_lock", kReadRecursion,
             "a program read user memory while it iterated under the mmap lock", kB67, kB67Fixed,
             nullptr),
    MM_PIECE("bpf-task-vma-vma-lock", "bpf: task_vma iterator, per-VMA lock", kInvalidLockState,
             "a program waited for the mmap lock under a VMA lock", kB67Vma, kB67Fixed, nullptr),
    MM_PIECE("uffdio-move-sibling-deadlock", "mm/userfaultfd.c, uffd_move_lock; never shipped",
             kInvalidLockState, "a move waited for its second VMA with the first one held", kB75,
             kB75Fixed, FaultBoth),
};

}  // namespace

std::span<const MuseumPiece> OrderPieces() { return kPieces; }

}  // namespace mm_model
