// mmap.  Follows linux 7.0 mm/util.c (vm_mmap_pgoff) and mm/vma.c
// (__mmap_region, __mmap_new_vma).  Fixed addresses only, no limits, no populating.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// The new VMA needs no lock until it is stored, and is write-locked before, so
// that no fault comes in before the mapping is complete.
void __mmap_new_vma(mm_struct* mm, const NewMapping& mapping) {
  vm_area_struct* const vma = vm_area_alloc(mm);
  vma->vm_start = mapping.start;
  vma->vm_end = mapping.end;
  vma->vm_pgoff = mapping.pgoff;
  vm_flags_init(vma, mapping.flags);
  vma_set_page_prot(vma);
  if (mapping.of != nullptr) {
    vma->vm_file = mapping.of;
    vma->vm_ops = kGenericFileVmOps;
  }

  vma_start_write(vma);
  vma_iter_store_new(mm, vma);
  mm->map_count = mm->map_count + 1;
  vma_link_file(vma);
}

void __mmap_region(mm_struct* mm, const NewMapping& mapping) {
  vm_area_struct* const old = find_vma(mm, mapping.start);
  if (old != nullptr && old->vm_start < mapping.end) {
    do_vmi_munmap(mm, mapping.start, mapping.end - mapping.start, false);
  }
  if (vma_merge_new_range(mm, mapping) == nullptr) __mmap_new_vma(mm, mapping);
  const unsigned long pages = (mapping.end - mapping.start) >> PAGE_SHIFT;
  vm_stat_account(mm, mapping.flags, static_cast<long>(pages));
  if ((mapping.flags & VM_LOCKED) != 0) mm->locked_vm += pages;
}

}  // namespace

unsigned long vm_mmap_pgoff(mm_struct* mm, file* file, unsigned long address, unsigned long length,
                            unsigned long flags, unsigned long pgoff) {
  // Anonymous memory is numbered by its address.
  const unsigned long offset = file == nullptr ? address >> PAGE_SHIFT : pgoff;
  if (!mmap_write_lock_killable(mm)) return 0;
  __mmap_region(mm, {.of = file,
                     .start = address,
                     .end = address + length,
                     .flags = flags | mm->def_flags,
                     .pgoff = offset});
  mmap_write_unlock(mm);
  return address;
}

}  // namespace mm_model
