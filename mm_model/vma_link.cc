// VMAs in the trees that lead to them: the mm's, and the file's i_mmap.
// Follows linux 7.0 mm/vma.c: vma_prepare, vma_complete, __vma_link_file,
// unlink_file_vma; and mm/interval_tree.c.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

bool vma_is_shared_maywrite(const vm_area_struct* vma) { return (vma->vm_flags & VM_SHARED) != 0; }

void vma_interval_tree_insert(vm_area_struct* vma, address_space* mapping) {
  const unsigned long last = vma_last_pgoff(vma);
  vma->rb_subtree_last = last;
  mapping->i_mmap.write().insert(vma_start_pgoff(vma), last, vma);
}

// REQUIRES: i_mmap write-locked.
void __vma_link_file(vm_area_struct* vma, address_space* mapping) {
  if (vma_is_shared_maywrite(vma)) mapping->i_mmap_writable.add(1);
  vma->shared_rb = true;
  vma_interval_tree_insert(vma, mapping);
}

}  // namespace

std::span<vm_area_struct* const> vma_interval_tree_iter(address_space* mapping, unsigned long first,
                                                        unsigned long last) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  const auto found = mapping->i_mmap.read().Items(machine().memory(), first, last);
  auto* const vmas = machine().New<std::pmr::vector<vm_area_struct*>>(machine().memory());
  for (vm_area_struct* vma : found) {
    AlsoTouches(&vma->shared_rb, AccessMode::kShared);  // By which the walk comes to it.
    AskRead(*vma, {Field::kSharedRb, AccessKind::kPlain, &vma->shared_rb, site});
    if (vma->rb_subtree_last >= first) vmas->push_back(vma);
  }
  return *vmas;
}

void vma_link_file(vm_area_struct* vma) {
  file* const of = vma->vm_file;
  if (of == nullptr) return;
  i_mmap_lock_write(of->f_mapping);
  __vma_link_file(vma, of->f_mapping);
  i_mmap_unlock_write(of->f_mapping);
}

void unlink_file_vma(vm_area_struct* vma) {
  file* const of = vma->vm_file;
  if (of == nullptr) return;
  i_mmap_lock_write(of->f_mapping);
  if (vma_is_shared_maywrite(vma)) of->f_mapping->i_mmap_writable.add(-1);
  of->f_mapping->i_mmap.write().erase(vma);
  vma->shared_rb = false;
  i_mmap_unlock_write(of->f_mapping);
}

void vma_prepare(vm_area_struct* vma, vm_area_struct* insert) {
  if (file* const of = vma->vm_file) {
    i_mmap_lock_write(of->f_mapping);
    of->f_mapping->i_mmap.write().erase(vma);
    if (insert != nullptr) __vma_link_file(insert, of->f_mapping);
  }
  if (vma->anon_vma) {
    anon_vma_lock_write(vma->anon_vma);
    anon_vma_interval_tree_pre_update_vma(vma);
  }
}

void vma_complete(vm_area_struct* vma, vm_area_struct* insert) {
  mm_struct* const mm = vma->vm_mm;
  if (vma->anon_vma) anon_vma_interval_tree_post_update_vma(vma);
  if (file* const of = vma->vm_file) vma_interval_tree_insert(vma, of->f_mapping);
  mm->mm_mt.write().erase(vma);
  mm->mm_mt.write().insert(vma->vm_start, vma->vm_end - 1, vma);
  if (insert != nullptr) {
    vma_iter_store_new(mm, insert);
    mm->map_count = mm->map_count + 1;
  }
  if (vma->anon_vma) anon_vma_unlock_write(vma->anon_vma);
  if (file* const of = vma->vm_file) i_mmap_unlock_write(of->f_mapping);
}

}  // namespace mm_model
