// What a process says of itself, and who reads it.  Follows linux 7.0 kernel/sys.c
// (prctl_set_mm), kernel/fork.c (replace_mm_exe_file, get_mm_exe_file) and
// fs/proc/base.c (get_mm_cmdline).

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"

namespace mm_model {

// One of them changes; the others are written back as they are.
void prctl_set_mm(mm_struct* mm, unsigned long arg_start) {
  mmap_read_lock(mm);
  spin_lock(&mm->arg_lock);
  const unsigned long brk = mm->brk;
  const unsigned long start_stack = mm->start_stack;
  mm->brk = brk;
  mm->start_stack = start_stack;
  mm->arg_start = arg_start;
  spin_unlock(&mm->arg_lock);
  mmap_read_unlock(mm);
}

bool replace_mm_exe_file(mm_struct* mm, file* new_file) {
  // As long as the old one is mapped it stays.
  mmap_read_lock(mm);
  const file* const old = mm->exe_file;
  bool mapped = false;
  for (const vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) {
    mapped = mapped || (old != nullptr && vma->vm_file == old);
  }
  mmap_read_unlock(mm);
  if (mapped) return false;
  mmap_write_lock(mm);
  mm->exe_file = new_file;
  mmap_write_unlock(mm);
  return true;
}

file* get_mm_exe_file(mm_struct* mm) {
  rcu_read_lock();
  file* const exe = mm->exe_file;
  rcu_read_unlock();
  return exe;
}

unsigned long get_mm_cmdline(mm_struct* mm) {
  spin_lock(&mm->arg_lock);
  const unsigned long start = mm->arg_start;
  spin_unlock(&mm->arg_lock);
  return start;
}

}  // namespace mm_model
