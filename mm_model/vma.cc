// VMAs: making, finding, linking and splitting them.
// Follows linux 7.0 mm/vma.c, mm/vma_init.c and include/linux/mm.h.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// Its address stays a VMA's address for ever, so RCU readers may still look at it.
vm_area_struct* Recycle() {
  vm_area_struct* const vma = machine().free_vmas.back();
  machine().free_vmas.pop_back();
  vma->vm_start.Reset();
  vma->vm_end.Reset();
  vma->vm_pgoff.Reset();
  vma->vm_page_prot.Reset();
  vma->vm_flags.Reset();
  vma->vm_file.Reset();
  vma->vm_ops.Reset();
  vma->vm_private_data.Reset();
  vma->anon_name.Reset();
  vma->vm_policy.Reset();
  vma->numab_state.Reset();
  vma->vm_userfaultfd_ctx.Reset();
  vma->vm_lock_seq = UINT32_MAX;
  vma->state = VmaState::kNew;
  return vma;
}

// It may be handed out again from here on.
void Reuse(void* vma) { machine().free_vmas.push_back(static_cast<vm_area_struct*>(vma)); }

}  // namespace

vm_area_struct* vm_area_alloc(mm_struct* mm) {
  vm_area_struct* const vma =
      machine().free_vmas.empty() ? machine().New<vm_area_struct>(mm) : Recycle();
  vma->vm_mm = mm;  // vma_init
  mm->vmas.push_back(vma);
  return vma;
}

vm_area_struct* vm_area_dup(mm_struct* mm, const vm_area_struct* orig) {
  vm_area_struct* const vma = vm_area_alloc(mm);
  vma->vm_start = orig->vm_start;
  vma->vm_end = orig->vm_end;
  vma->vm_pgoff = orig->vm_pgoff;
  vma->vm_page_prot = orig->vm_page_prot;
  vma->vm_file = orig->vm_file;
  vma->vm_ops = orig->vm_ops;
  vma->anon_name = orig->anon_name;
  vma->vm_policy = orig->vm_policy;
  vm_flags_init(vma, orig->vm_flags);
  return vma;
}

void vm_area_free(vm_area_struct* vma) {
  vma_lock_forget(vma, LOCKDEP_CALL_SITE());
  std::erase(vma->vm_mm.peek()->vmas, vma);
  AlsoTouches(&vma->state, AccessMode::kExclusive);
  vma->state = VmaState::kFreed;
  // With the semaphore it is freed by RCU; the reference count made VMAs type-stable.
  if (machine().vma_lock_generation == VmaLockGeneration::kRefcount) return Reuse(vma);
  machine().CallRcu(&Reuse, vma);
}

vm_area_struct* find_vma(mm_struct* mm, unsigned long address) {
  const auto* node = mm->mm_mt.read().find(address, TASK_SIZE - 1);
  return node == nullptr ? nullptr : node->item;
}

vm_area_struct* vma_lookup(mm_struct* mm, unsigned long address) {
  const auto* node = mm->mm_mt.read().find(address, address);
  return node == nullptr ? nullptr : node->item;
}

void vma_iter_store_new(mm_struct* mm, vm_area_struct* vma) {
  vma_mark_attached(vma);
  mm->mm_mt.write().insert(vma->vm_start, vma->vm_end - 1, vma);
}

void vma_iter_clear(mm_struct* mm, vm_area_struct* vma) { mm->mm_mt.write().erase(vma); }

vm_area_struct* split_vma(mm_struct* mm, vm_area_struct* vma, unsigned long address) {
  vm_area_struct* const upper = vm_area_dup(mm, vma);
  upper->vm_start = address;
  upper->vm_pgoff = linear_page_index(vma, address);
  anon_vma_clone(upper, vma);

  vma_start_write(vma);
  vma_start_write(upper);
  vma_prepare(vma, upper);
  vma->vm_end = address;
  vma_complete(vma, upper);
  return upper;
}

vm_area_struct* vma_modify_flags(mm_struct* mm, vm_area_struct* vma, unsigned long start,
                                 unsigned long end, unsigned long flags) {
  if (start <= vma->vm_start && vma->vm_end <= end) {
    vm_area_struct* const merged = vma_merge_existing_range(mm, vma, flags);
    return merged != nullptr ? merged : vma;
  }
  if (vma->vm_start < start) vma = split_vma(mm, vma, start);
  if (vma->vm_end > end) split_vma(mm, vma, end);
  return vma;
}

// What a driver or file system wants to know of the end of the mapping.
void vma_close(vm_area_struct* vma) {
  if (vma->vm_ops) vma->vm_ops = kVmaDummyVmOps;
}

void vm_stat_account(mm_struct* mm, unsigned long flags, long pages) {
  const auto change = static_cast<unsigned long>(pages);
  mm->total_vm += change;
  if ((flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC) {
    mm->exec_vm += change;
  } else if ((flags & VM_GROWSDOWN) != 0) {
    mm->stack_vm += change;
  } else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE) {
    mm->data_vm += change;
  }
}

void vm_flags_init(vm_area_struct* vma, unsigned long flags) { vma->vm_flags = flags; }

void vm_flags_reset(vm_area_struct* vma, unsigned long flags) { vma->vm_flags = flags; }

void vma_set_maybe_guard(vm_area_struct* vma) {
  WillWrite(*vma,
            {Field::kVmFlagsMaybeGuard, AccessKind::kAtomic, &vma->vm_flags, LOCKDEP_CALL_SITE()});
  vma->vm_flags.unchecked() |= VM_MAYBE_GUARD;
}

void vma_set_page_prot(vm_area_struct* vma) {
  vma->vm_page_prot = vma->vm_flags & (VM_READ | VM_WRITE);
}

unsigned long linear_page_index(const vm_area_struct* vma, unsigned long address) {
  return vma->vm_pgoff + ((address - vma->vm_start) >> PAGE_SHIFT);
}

unsigned long vma_start_pgoff(const vm_area_struct* vma) { return vma->vm_pgoff; }

unsigned long vma_last_pgoff(const vm_area_struct* vma) {
  return vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT) - 1;
}

}  // namespace mm_model
