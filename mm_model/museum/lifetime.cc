// Objects that were used after their last lock or reference was gone, or before
// they were complete.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/museum/steps.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

// B13: ksmd released the mmap lock of an mm that its exit no longer waited for.
void ScanNextMm(A& space, bool unlock_first) {
  mmap_read_lock(space.mm);
  spin_lock(&globals().ksm_mmlist_lock);
  space.mm->flags.set_bits(MMF_OOM_SKIP);  // The scan has gone on to another mm.
  if (unlock_first) mmap_read_unlock(space.mm);
  spin_unlock(&globals().ksm_mmlist_lock);
  if (!unlock_first) mmap_read_unlock(space.mm);
}
void UnlockAfterAdvancing(A& space) { ScanNextMm(space, false); }
void UnlockBeforeAdvancing(A& space) { ScanNextMm(space, true); }
void ExitOfKsmMm(A& space) {
  spin_lock(&globals().ksm_mmlist_lock);
  const bool is_current = (space.mm->flags & MMF_OOM_SKIP) == 0;
  spin_unlock(&globals().ksm_mmlist_lock);
  if (is_current) return;  // It waits for the scan instead.
  AlsoTouches(&space.mm->freed, AccessMode::kExclusive);
  space.mm->freed = true;
}
constexpr ScenarioTask kB13[] = {{"ksmd", UnlockAfterAdvancing}, {"exit", ExitOfKsmMm}};
constexpr ScenarioTask kB13Fixed[] = {{"ksmd", UnlockBeforeAdvancing}, {"exit", ExitOfKsmMm}};

// B20: the fault took hugetlb's lock again after userfaultfd had dropped all locks.
void FaultForUserfaultfd(A& space, bool take_again) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kFree);
  if (vma == nullptr) return mmap_read_unlock(space.mm);
  down_read(&vma->vm_private_data->rw_sema);
  up_read(&vma->vm_private_data->rw_sema);
  mmap_read_unlock(space.mm);  // handle_userfault waits without any lock.
  if (!take_again) return;
  down_read(&vma->vm_private_data->rw_sema);
  up_read(&vma->vm_private_data->rw_sema);
}
void TakeItAgain(A& space) { FaultForUserfaultfd(space, true); }
void LeaveItAlone(A& space) { FaultForUserfaultfd(space, false); }
void UnmapHugetlb(A& space) { __vm_munmap(space.mm, A::kFree, PMD_SIZE); }
constexpr ScenarioTask kB20[] = {{"fault", TakeItAgain}, {"munmap", UnmapHugetlb}};
constexpr ScenarioTask kB20Fixed[] = {{"fault", LeaveItAlone}, {"munmap", UnmapHugetlb}};

// B21: a VMA that was remembered was used under the mmap read lock, which does not
// keep a detached one alive.
void RememberVma(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  space.cached = space.mm->mm_mt.peek().find(A::kAnon, A::kAnon)->item;
}
void ShrinkRemembered(A& space) {
  mmap_read_lock(space.mm);
  unmap_page_range(space.cached, space.cached->vm_start, space.cached->vm_end);
  mmap_read_unlock(space.mm);
}
void ShrinkLookedUp(A& space) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  if (vma != nullptr && vma == space.cached) unmap_page_range(vma, vma->vm_start, vma->vm_end);
  mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB21[] = {{"shrinker", ShrinkRemembered}, {"munmap", UnmapAnon}};
constexpr ScenarioTask kB21Fixed[] = {{"shrinker", ShrinkLookedUp}, {"munmap", UnmapAnon}};

// B24: exit left VMAs that it had freed in the list, for whoever came with the mmap
// read lock.
void FreeVma(A& space, bool take_out) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  vma_start_write(vma);
  vma_mark_detached(vma);
  if (take_out) vma_iter_clear(space.mm, vma);
  vm_area_free(vma);
  mmap_write_unlock(space.mm);
}
void FreeAndLeave(A& space) { FreeVma(space, false); }
void FreeAndTakeOut(A& space) { FreeVma(space, true); }
void ReleaseMemory(A& space) {
  mmap_read_lock(space.mm);
  const vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
  static_cast<void>(vma->vm_flags.read());
  mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB24[] = {{"exit", FreeAndLeave}, {"mrelease", ReleaseMemory}};
constexpr ScenarioTask kB24Fixed[] = {{"exit", FreeAndTakeOut}, {"mrelease", ReleaseMemory}};

// B33: the child's VMA could be found through its file while it still had its
// parent's hugetlb lock.
void DupHugetlbVma(A& space, bool link_last) {
  mmap_write_lock(space.mm);
  auto* const child = machine().New<mm_struct>();
  mmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);
  vm_area_struct* const mpnt = vma_lookup(space.mm, A::kFree);
  vma_start_write(mpnt);
  vm_area_struct* const tmp = vm_area_dup(child, mpnt);
  tmp->vm_private_data = mpnt->vm_private_data;
  vma_start_write(tmp);
  if (!link_last) vma_link_file(tmp);
  tmp->vm_private_data = machine().New<hugetlb_vma_lock>();
  vma_iter_store_new(child, tmp);
  if (link_last) vma_link_file(tmp);
  mmap_write_unlock(child);
  mmap_write_unlock(space.mm);
}
void LinkThenComplete(A& space) { DupHugetlbVma(space, false); }
void CompleteThenLink(A& space) { DupHugetlbVma(space, true); }
void WalkIMmap(A& space) {
  address_space* const mapping = space.huge->f_mapping;
  i_mmap_lock_write(mapping);
  for (const vm_area_struct* vma : mapping->i_mmap.read().Items(machine().memory())) {
    static_cast<void>(vma->vm_private_data.read());
  }
  i_mmap_unlock_write(mapping);
}
constexpr ScenarioTask kB33[] = {{"fork", LinkThenComplete}, {"punch", WalkIMmap}};
constexpr ScenarioTask kB33Fixed[] = {{"fork", CompleteThenLink}, {"punch", WalkIMmap}};

// B77: a fault brought a page back between the truncation of the page cache and the
// freeing of its blocks.
void PunchHole(A& space, bool keep_faults_out) {
  address_space* const mapping = space.data->f_mapping;
  inode_lock(space.data->f_inode);
  if (keep_faults_out) filemap_invalidate_lock(mapping);
  truncate_pagecache_range(mapping, 0, 0);
  free_blocks(mapping, 0, 0);
  if (keep_faults_out) filemap_invalidate_unlock(mapping);
  inode_unlock(space.data->f_inode);
}
void PunchAgainstFaults(A& space) { PunchHole(space, false); }
void PunchWithoutFaults(A& space) { PunchHole(space, true); }
constexpr ScenarioTask kB77[] = {{"punch", PunchAgainstFaults}, {"fault", FaultShared}};
constexpr ScenarioTask kB77Fixed[] = {{"punch", PunchWithoutFaults}, {"fault", FaultShared}};

constexpr MuseumPiece kPieces[] = {
    MM_PIECE("ksm-scan-against-exit", "ksm: mmput and scan_get_next_rmap_item, 7496fea9",
             kModelCorruption, "ksmd unlocked an mm that had been freed", kB13, kB13Fixed, nullptr),
    MM_PIECE("hugetlb-userfault-retake", "CVE-2022-50630, 958f32ce832b" MM_AFTER_THE_FIX,
             kUnprotectedAccess, "a fault took a lock of a VMA that had been unmapped", kB20,
             kB20Fixed, MapHugetlb),
    MM_PIECE("binder-cached-vma", "CVE-2023-52438, 3f489c2067c5" MM_AFTER_THE_FIX, kModelCorruption,
             "binder used a VMA that munmap was freeing", kB21, kB21Fixed, RememberVma),
    MM_PIECE("mrelease-after-exit", "f798a1d4f94d", kModelCorruption,
             "process_mrelease walked VMAs that exit had freed", kB24, kB24Fixed, nullptr),
    MM_PIECE("fork-links-file-too-early", "CVE-2024-27022, 35e351780fa9", kUnprotectedAccess,
             "a child's VMA was in i_mmap before it was complete", kB33, kB33Fixed, MapHugetlb),
    MM_PIECE("ext4-hole-punch-against-fault", "CVE-2015-8839, ea3d7209ca01" MM_AFTER_THE_FIX,
             kModelCorruption, "a fault brought back a page of blocks that were freed", kB77,
             kB77Fixed, FaultShared),
};

}  // namespace

std::span<const MuseumPiece> LifetimePieces() { return kPieces; }

}  // namespace mm_model
