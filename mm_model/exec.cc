// exec.  Follows linux 7.0 fs/exec.c (setup_arg_pages, exec_mmap) and mm/vma_exec.c
// (relocate_vma_down, create_init_stack_vma).

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

constexpr unsigned long kStackFlags = VM_READ | VM_WRITE | VM_GROWSDOWN | VM_STACK_INCOMPLETE_SETUP;

// One VMA covers the old and the new place while the pages move: no walk of the
// rmap can miss them, and migration leaves them alone.
void relocate_vma_down(vm_area_struct* vma, unsigned long shift) {
  const unsigned long start = vma->vm_start;
  const unsigned long end = vma->vm_end;
  const unsigned long pgoff = vma->vm_pgoff;  // Stays: the pages keep their indices.
  vma_set_range(vma, start - shift, end, pgoff);
  move_page_tables({vma, vma, start, start - shift, false}, end - start);
  vma_set_range(vma, start - shift, end - shift, pgoff);
}

}  // namespace

mm_struct* setup_arg_pages(unsigned long start, unsigned long shift) {
  auto* const mm = machine().New<mm_struct>();
  vm_mmap_pgoff(mm, nullptr, start, PAGE_SIZE, kStackFlags, 0);
  do_user_addr_fault(mm, start, FAULT_FLAG_WRITE);
  if (!mmap_write_lock_killable(mm)) return nullptr;
  vm_area_struct* const vma = vma_lookup(mm, start);
  relocate_vma_down(vma, shift);
  vma_start_write(vma);
  vm_flags_reset(vma, vma->vm_flags & ~VM_STACK_INCOMPLETE_SETUP);
  mm->start_stack = vma->vm_start;
  mm->arg_start = vma->vm_start;
  expand_stack_locked(vma, vma->vm_start - PAGE_SIZE);
  mmap_write_unlock(mm);
  return mm;
}

void elf_load(mm_struct* mm, file* program, unsigned long address) {
  vm_mmap_pgoff(mm, program, address, PAGE_SIZE, VM_READ | VM_EXEC, 0);
  mmap_write_lock(mm);
  mm->exe_file = program;  // begin_new_exec: set_mm_exe_file
  mmap_write_unlock(mm);
}

void exec_mmap(mm_struct* old_mm, mm_struct* mm) {
  down_write(&globals().exec_update_lock);
  if (mmap_read_lock_killable(old_mm)) mmap_read_unlock(old_mm);
  globals().task_mm = mm;
  up_write(&globals().exec_update_lock);
}

}  // namespace mm_model
