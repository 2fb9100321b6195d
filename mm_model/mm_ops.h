// The operations: kernel paths, each the documented sequence of locks and
// accesses of the kernel version that its file names, truly changing the
// objects.  They run in tasks.  Names and return values are the kernel's, with
// bool or a pointer where only success matters.

#ifndef MM_MODEL_MM_OPS_H_
#define MM_MODEL_MM_OPS_H_

#include "mm_model/mm_types.h"
#include "mm_model/pgtable.h"
#include "mm_model/vma.h"

namespace mm_model {

// ---- Faults: fault.cc, fault_file.cc ----

using vm_fault_t = unsigned;
inline constexpr vm_fault_t VM_FAULT_SIGBUS = 0x2;
inline constexpr vm_fault_t VM_FAULT_MAJOR = 0x4;
inline constexpr vm_fault_t VM_FAULT_SIGSEGV = 0x40;
inline constexpr vm_fault_t VM_FAULT_LOCKED = 0x200;
// The callee has released the lock that the fault came with.
inline constexpr vm_fault_t VM_FAULT_RETRY = 0x400;
inline constexpr vm_fault_t VM_FAULT_ERROR = VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV;

inline constexpr unsigned FAULT_FLAG_WRITE = 0x1;
inline constexpr unsigned FAULT_FLAG_ALLOW_RETRY = 0x4;
inline constexpr unsigned FAULT_FLAG_TRIED = 0x20;
inline constexpr unsigned FAULT_FLAG_VMA_LOCK = 0x1000;

struct vm_fault {
  vm_area_struct* vma;
  unsigned long address;  // Of the page.
  unsigned flags;
  pt_slot* pmd = nullptr;
  pt_entry orig_pte;
  folio* page = nullptr;  // What a file gave, locked.
};

// A user access: under the VMA lock, or else under the mmap lock.
vm_fault_t do_user_addr_fault(mm_struct* mm, unsigned long address, unsigned flags);
// REQUIRES: the VMA is stable by its VMA lock (FAULT_FLAG_VMA_LOCK) or mmap lock.
vm_fault_t handle_mm_fault(vm_area_struct* vma, unsigned long address, unsigned flags);
// 0, or VM_FAULT_RETRY with the lock released.
vm_fault_t vmf_anon_prepare(vm_fault* vmf);
// Maps vmf->page.  REQUIRES, as a rule: one of the page cache is locked.
[[gnu::noinline]] vm_fault_t finish_fault(vm_fault* vmf);
void release_fault_lock(vm_fault* vmf);
vm_fault_t do_fault(vm_fault* vmf);
[[gnu::noinline]] vm_fault_t do_shared_wp_fault(vm_fault* vmf);

// ---- The page cache: filemap.cc ----

folio* filemap_get_folio(address_space* mapping, unsigned long index);
// REQUIRES: the i_pages lock; the folio locked.
[[gnu::noinline]] void page_cache_add(address_space* mapping, unsigned long index, folio* page);
void page_cache_delete(address_space* mapping, folio* page);
// Takes both locks.  REQUIRES: the folio locked.
void filemap_remove_folio(address_space* mapping, folio* page);
// REQUIRES, as a rule: the folio locked.
[[gnu::noinline]] void folio_clear_dirty(folio* page);
// The page, the buffers, the tag in the page cache, and the inode; for a page that is
// mapped or locked.
[[gnu::noinline]] void folio_mark_dirty(folio* page);
vm_fault_t filemap_fault(vm_fault* vmf);
vm_fault_t filemap_page_mkwrite(vm_fault* vmf);

// ---- Zapping and tearing down: zap.cc ----

// Clears the entries of [start, end) in the VMA; tables stay.
// REQUIRES: the VMA is stable by any one of its locks.
void unmap_page_range(vm_area_struct* vma, unsigned long start, unsigned long end);
// Unlinks the VMAs from the reverse mapping and frees their page tables.
// REQUIRES: all zapped; write-locked mmap or VMAs that nobody finds.
void free_pgtables(mm_struct* mm, std::span<vm_area_struct* const> vmas, unsigned long floor,
                   unsigned long ceiling, bool mm_wr_locked);

// ---- System calls and their like ----

// mmap.cc.  Returns the address, or 0 if the task was killed.
unsigned long vm_mmap_pgoff(mm_struct* mm, file* file, unsigned long address, unsigned long length,
                            unsigned long flags, unsigned long pgoff);
// munmap.cc.  Returns false if the task was killed.
bool __vm_munmap(mm_struct* mm, unsigned long start, unsigned long length);
// REQUIRES: the mmap write lock.  `unlock`: downgrades it on the way, and
// returns with it released.
void do_vmi_munmap(mm_struct* mm, unsigned long start, unsigned long length, bool unlock);
// mprotect.cc.
bool do_mprotect_pkey(mm_struct* mm, unsigned long start, unsigned long length,
                      unsigned long flags);
void change_protection(vm_area_struct* vma, unsigned long start, unsigned long end, bool writable);
// stack.cc.  REQUIRES: the mmap write lock.  Returns whether it is a stack.
bool expand_stack_locked(vm_area_struct* vma, unsigned long address);
// REQUIRES: the mmap read lock.  Gives it back and takes it again, as read lock
// in the end; null: it has given it back.
vm_area_struct* expand_stack(mm_struct* mm, unsigned long address);
// vma_expand.cc.
bool do_brk(mm_struct* mm, unsigned long brk);
bool do_mlock(mm_struct* mm, unsigned long start, unsigned long length);
// Everything, and what is mapped from now on.
bool do_mlockall(mm_struct* mm);

// mremap.cc.
struct PageTableMove {
  vm_area_struct* old_vma;
  vm_area_struct* new_vma;
  unsigned long old_address;
  unsigned long new_address;
  bool need_rmap_locks;  // For single entries; tables are always moved with them.
  // To study what comes of it: flush after the locks are given back; look at the entry of
  // a table before they are taken.
  bool flush_late = false;
  bool look_first = false;
};
void move_page_tables(PageTableMove move, unsigned long length);
bool do_mremap(mm_struct* mm, unsigned long old_address, unsigned long length,
               unsigned long new_address);

// madvise.cc.  Each returns whether one VMA covered the range.
bool madvise_dontneed(mm_struct* mm, unsigned long start, unsigned long length);
bool madvise_free(mm_struct* mm, unsigned long start, unsigned long length);
bool madvise_guard(mm_struct* mm, unsigned long start, unsigned long length, bool install);
bool madvise_set_flags(mm_struct* mm, unsigned long start, unsigned long length,
                       unsigned long flags);
// REQUIRES: the range is in one VMA, if any.
bool madvise_remove(mm_struct* mm, unsigned long start, unsigned long length);
// Of another task: the one that exec gives another address space.
bool process_madvise(unsigned long start, unsigned long length);

// gup.cc.  A pinned folio, or null.
folio* get_user_page(mm_struct* mm, unsigned long address, bool write);
folio* get_user_page_fast(mm_struct* mm, unsigned long address, bool write);
void unpin_user_page(folio* page);
// What is mapped there, which stays as long as the entry's lock is held: from here to the
// end.  The mmap lock is held.  Unless it asks again under that lock, it is to study what
// comes of it.
struct follow_pfnmap_args {
  folio* page = nullptr;  // Null: nothing is there, and nothing is locked.
  pt_slot* pmd = nullptr;
  spinlock* pml = nullptr;  // Of a huge page, or
  LockedPte locked;         // of a small one.
};
follow_pfnmap_args follow_pfnmap_start(vm_area_struct* vma, unsigned long address,
                                       bool ask_again = true);
void follow_pfnmap_end(const follow_pfnmap_args& args);
void populate_range(mm_struct* mm, unsigned long start, unsigned long end);
bool access_remote_vm(mm_struct* mm, unsigned long address);
// Pins for a device, for long.
folio* ib_umem_get(mm_struct* mm, unsigned long address);
void ib_umem_release(mm_struct* mm, folio* page);

// fork.cc.  Returns the child's address space.  Unless it locks the VMAs that it copies,
// it is to study what comes of it.
mm_struct* dup_mm(mm_struct* oldmm, bool lock_vmas = true);
// exit.cc.  Nobody else may use the mm any more.
void exit_mmap(mm_struct* mm);
// The last of its users tears it down.
void mmput(mm_struct* mm);
// truncate.cc.
void do_truncate(file* file, unsigned long length);
// Punches a hole: the pages [first, last] go, and the file keeps its size.
void vfs_fallocate(file* file, unsigned long first, unsigned long last);
// Takes the pages of [first, last] out of all mappings and out of the page cache.
// REQUIRES, as a rule: i_rwsem and invalidate_lock.
[[gnu::noinline]] void truncate_pagecache_range(address_space* mapping, unsigned long first,
                                                unsigned long last);
// The file system gives their blocks to other files.
void free_blocks(address_space* mapping, unsigned long first, unsigned long last);
void unmap_mapping_range(address_space* mapping, unsigned long first_index,
                         unsigned long last_index);

}  // namespace mm_model

#endif  // MM_MODEL_MM_OPS_H_
