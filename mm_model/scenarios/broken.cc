// Operations that break one rule each, as a kernel patch might.

#include "mm_model/mm_locks.h"
#include "mm_model/scenario.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void WriteLockVmaUnderMmapRead(A& space) {
  mmap_read_lock(space.mm);
  vma_start_write(find_vma(space.mm, A::kAnon));
  mmap_read_unlock(space.mm);
}

// mprotect_fixup without its vma_start_write.
void SetFlagsWithoutVmaLock(A& space) {
  mmap_write_lock(space.mm);
  vm_flags_reset(find_vma(space.mm, A::kAnon), VM_READ);
  mmap_write_unlock(space.mm);
}

void WaitForMmapUnderVmaRead(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  vma_end_read(vma);
}

void WriteLockVma(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(find_vma(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}

// The order of vma_prepare turned round.
void TakeRmapLocksInWrongOrder(A& space) {
  AccessUser(space.mm, A::kPrivate, Access::kWrite);
  mmap_read_lock(space.mm);
  const vm_area_struct* const vma = find_vma(space.mm, A::kPrivate);
  anon_vma_lock_write(vma->anon_vma);
  i_mmap_lock_write(vma->vm_file->f_mapping);
  i_mmap_unlock_write(vma->vm_file->f_mapping);
  anon_vma_unlock_write(vma->anon_vma);
  mmap_read_unlock(space.mm);
}

// Two tasks that do so at a time lose one of the changes.
void CountPlainly(A& space) {
  space.mm->pinned_vm += 1;
  space.mm->pgtables_bytes += PAGE_SIZE;
  space.mm->numa_next_scan = 1;
  space.mm->flags = MMF_OOM_SKIP;
}

// What is written once, before anybody knows the VMA.
void RebindMappedVma(A& space) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
  vma->vm_private_data = machine().New<hugetlb_vma_lock>();
  vma->vm_file = space.data;
  vma->vm_mm = machine().New<mm_struct>();
  mmap_read_unlock(space.mm);
}

[[gnu::noinline]] void end_vma_write_locks(mm_struct* mm) {
  vma_end_write_all(mm, LOCKDEP_CALL_SITE());
}
[[gnu::noinline]] void mark_write_locked(vm_area_struct* vma) {
  WillWrite(*vma, {Field::kVmLockSeq, AccessKind::kOnce, &vma->vm_lock_seq, LOCKDEP_CALL_SITE()});
  vma->vm_lock_seq = vma->vm_mm.peek()->mm_lock_seq;
}
[[gnu::noinline]] void read_sequence(const vm_area_struct& vma) {
  WillRead(vma, {Field::kVmLockSeq, AccessKind::kOnce, &vma.vm_lock_seq, LOCKDEP_CALL_SITE()});
}

// As mmap_write_unlock does, by one who is no writer.
void EndVmaWriteLocksOfOthers(A& space) {
  mmap_read_lock(space.mm);
  end_vma_write_locks(space.mm);
  mmap_read_unlock(space.mm);
}

// As vma_start_write does, but readers are not kept out.
void MarkVmaWriteLocked(A& space) {
  mmap_write_lock(space.mm);
  mark_write_locked(find_vma(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}

// Is it write-locked?  Without RCU the VMA may be gone.
void LookAtSequence(A& space) {
  mmap_read_lock(space.mm);
  const vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
  mmap_read_unlock(space.mm);
  read_sequence(*vma);
}

// /proc/pid/stat, without the mmap lock or arg_lock.
void ReadStartOfStack(A& space) { static_cast<void>(space.mm->start_stack.read()); }

void WalkChainWithoutLock(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmap_read_lock(space.mm);
  const vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
  mmap_read_unlock(space.mm);
  static_cast<void>(vma->anon_vma_chain.read());
}

// pmd_off and pte_offset, without the lock that comes with the look.
void ReadPteWithoutRcu(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmap_read_lock(space.mm);
  page_table* const table = ptep_get(pmd_off(space.mm, A::kAnon)).table;
  ptep_get(table->slot_of(A::kAnon));
  mmap_read_unlock(space.mm);
}

// Between the look and the lock the table may have been taken out.
void AgePteWithoutAskingAgain(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmap_read_lock(space.mm);
  rcu_read_lock();
  page_table* const table = ptep_get(pmd_off(space.mm, A::kAnon)).table;
  spin_lock(&table->lock);
  pt_entry entry = ptep_get(table->slot_of(A::kAnon));
  entry.young = true;
  set_pte(table->slot_of(A::kAnon), entry);
  spin_unlock(&table->lock);
  rcu_read_unlock();
  mmap_read_unlock(space.mm);
}

// The processor may write to the page between the look and the change.
void ProtectInTwoSteps(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmap_read_lock(space.mm);
  const LockedPte locked = pte_offset_map_lock(space.mm, pmd_off(space.mm, A::kAnon), A::kAnon);
  set_pte(locked.pte, pte_wrprotect(ptep_get(locked.pte)));
  pte_unmap_unlock(locked);
  flush_tlb_range(space.mm, A::kAnon, A::kAnon + PAGE_SIZE);
  mmap_read_unlock(space.mm);
}

void WriteLockVmaUnderItsReadLock(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
  vma_start_read_locked(vma);
  vma_start_write(vma);
  vma_end_read(vma);
  mmap_write_unlock(space.mm);
}

constexpr ScenarioTask kPlainCounters[] = {{"counter", CountPlainly}};
constexpr ScenarioTask kRebind[] = {{"driver", RebindMappedVma}};
constexpr ScenarioTask kChain[] = {{"walker", WalkChainWithoutLock}};
constexpr ScenarioTask kEndWrite[] = {{"driver", EndVmaWriteLocksOfOthers}};
constexpr ScenarioTask kMark[] = {{"writer", MarkVmaWriteLocked}};
constexpr ScenarioTask kSequence[] = {{"reader", LookAtSequence}};
constexpr ScenarioTask kStat[] = {{"reader", ReadStartOfStack}};
constexpr ScenarioTask kNoRcu[] = {{"walker", ReadPteWithoutRcu}};
constexpr ScenarioTask kNotAgain[] = {{"walker", AgePteWithoutAskingAgain}};
constexpr ScenarioTask kTwoSteps[] = {{"protect", ProtectInTwoSteps}};
constexpr ScenarioTask kOwnRead[] = {{"writer", WriteLockVmaUnderItsReadLock}};
constexpr ScenarioTask kVmaWriteUnderMmapRead[] = {{"writer", WriteLockVmaUnderMmapRead}};
constexpr ScenarioTask kFlagsWithoutVmaWrite[] = {{"mprotect", SetFlagsWithoutVmaLock}};
constexpr ScenarioTask kMmapUnderVmaRead[] = {{"reader", WaitForMmapUnderVmaRead},
                                              {"writer", WriteLockVma}};
constexpr ScenarioTask kRmapOrder[] = {{"walker", TakeRmapLocksInWrongOrder}};

constexpr Scenario kScenarios[] = {
    {"vma-write-under-mmap-read", "broken", "write-lock a VMA with the mmap lock held for reading",
     kVmaWriteUnderMmapRead},
    {"vm-flags-without-vma-write", "broken",
     "change vm_flags under the mmap write lock, without vma_start_write", kFlagsWithoutVmaWrite},
    {"mmap-lock-under-vma-read", "broken",
     "wait for the mmap lock with a VMA read lock held, against a writer", kMmapUnderVmaRead},
    {"vma-write-under-its-read-lock", "broken", "write-lock a VMA that the task holds for reading",
     kOwnRead},
    {"plain-counters", "broken", "change atomic counters and flags of an mm by plain writes",
     kPlainCounters},
    {"vma-rebound", "broken", "change what a VMA maps after others know it", kRebind},
    {"chain-without-lock", "broken", "walk an anon_vma_chain after the mmap lock was given back",
     kChain},
    {"vma-locks-ended-by-reader", "broken", "end the VMA write locks under the mmap read lock",
     kEndWrite},
    {"vma-marked-write-locked", "broken", "mark a VMA write-locked while it may have readers",
     kMark},
    {"sequence-without-rcu", "broken", "ask whether a VMA is write-locked that may be gone",
     kSequence},
    {"stat-without-lock", "broken", "read where the stack starts without a lock", kStat},
    {"pte-without-rcu", "broken", "read a pte under the mmap lock alone", kNoRcu},
    {"pte-not-asked-again", "broken", "change a pte of a table that may be gone", kNotAgain},
    {"pte-changed-in-two-steps", "broken", "read a pte, and write it back with less rights",
     kTwoSteps},
    {"rmap-locks-in-wrong-order", "broken",
     "take anon_vma->rwsem before i_mmap_rwsem, against the declared order", kRmapOrder},
};

}  // namespace

std::span<const Scenario> BrokenScenarios() { return kScenarios; }

}  // namespace mm_model
