// mmap.  Follows linux 7.0 mm/util.c (vm_mmap_pgoff) and mm/vma.c
// (__mmap_region, __mmap_new_vma).  Fixed addresses only, no merging with
// neighbours, no limits, no populating.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

struct MmapRequest {
  struct file* file;
  unsigned long address;
  unsigned long length;
  unsigned long flags;
  unsigned long pgoff;
};

// The new VMA needs no lock until it is stored, and is write-locked before, so
// that no fault comes in before the mapping is complete.
void __mmap_new_vma(mm_struct* mm, const MmapRequest& request) {
  vm_area_struct* const vma = vm_area_alloc(mm);
  vma->vm_start = request.address;
  vma->vm_end = request.address + request.length;
  vma->vm_pgoff = request.pgoff;
  vm_flags_init(vma, request.flags | mm->def_flags);
  vma_set_page_prot(vma);
  if (request.file != nullptr) {
    vma->vm_file = request.file;
    vma->vm_ops = kGenericFileVmOps;
  }

  if ((vma->vm_flags & VM_LOCKED) != 0) mm->locked_vm += request.length >> PAGE_SHIFT;

  vma_start_write(vma);
  vma_iter_store_new(mm, vma);
  mm->map_count = mm->map_count + 1;
  vma_link_file(vma);
}

void __mmap_region(mm_struct* mm, const MmapRequest& request) {
  vm_area_struct* const old = find_vma(mm, request.address);
  if (old != nullptr && old->vm_start < request.address + request.length) {
    do_vmi_munmap(mm, request.address, request.length, false);
  }
  __mmap_new_vma(mm, request);
  vm_stat_account(mm, request.flags, static_cast<long>(request.length >> PAGE_SHIFT));
}

}  // namespace

unsigned long vm_mmap_pgoff(mm_struct* mm, file* file, unsigned long address, unsigned long length,
                            unsigned long flags, unsigned long pgoff) {
  // Anonymous memory is numbered by its address.
  const unsigned long offset = file == nullptr ? address >> PAGE_SHIFT : pgoff;
  if (!mmap_write_lock_killable(mm)) return 0;
  __mmap_region(mm, {file, address, length, flags, offset});
  mmap_write_unlock(mm);
  return address;
}

}  // namespace mm_model
