// The operations: kernel paths, each the documented sequence of locks and
// accesses of the kernel version that its file names, truly changing the
// objects.  They run in tasks.  Names and return values are the kernel's, with
// bool or a pointer where only success matters.

#ifndef MM_MODEL_MM_OPS_H_
#define MM_MODEL_MM_OPS_H_

#include "mm_model/mm_types.h"
#include "mm_model/pgtable.h"

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
// Maps vmf->page.
vm_fault_t finish_fault(vm_fault* vmf);
void release_fault_lock(vm_fault* vmf);
vm_fault_t do_fault(vm_fault* vmf);
vm_fault_t do_shared_wp_fault(vm_fault* vmf);

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
void folio_mark_dirty(folio* page);
vm_fault_t filemap_fault(vm_fault* vmf);
vm_fault_t filemap_page_mkwrite(vm_fault* vmf);

// ---- VMAs: vma.cc ----

vm_area_struct* vm_area_alloc(mm_struct* mm);
// A copy that nobody knows yet.
vm_area_struct* vm_area_dup(mm_struct* mm, const vm_area_struct* orig);
[[gnu::noinline]] void vm_area_free(vm_area_struct* vma);
// The first VMA that ends above the address.  REQUIRES: the mmap lock.
vm_area_struct* find_vma(mm_struct* mm, unsigned long address);
// The VMA that covers the address.
vm_area_struct* vma_lookup(mm_struct* mm, unsigned long address);
void vma_iter_store_new(mm_struct* mm, vm_area_struct* vma);
void vma_iter_clear(mm_struct* mm, vm_area_struct* vma);
// What vm_ops may point to; null is anonymous memory.
inline constexpr char kGenericFileVmOps[] = "generic_file_vm_ops";
inline constexpr char kHugetlbVmOps[] = "hugetlb_vm_ops";
inline constexpr char kVmaDummyVmOps[] = "vma_dummy_vm_ops";
inline bool vma_is_anonymous(const vm_area_struct* vma) { return !vma->vm_ops; }
// REQUIRES: a VMA that was taken out.
void vma_close(vm_area_struct* vma);
// Adds the pages, which may be fewer, to the mm's counters for such flags.
void vm_stat_account(mm_struct* mm, unsigned long flags, long pages);
// Splits off what is outside; returns the VMA that begins at `start` or later and
// ends at `end` or earlier.
vm_area_struct* vma_modify(mm_struct* mm, vm_area_struct* vma, unsigned long start,
                           unsigned long end);
// Splits at the address; returns the new VMA, which is the upper part.
vm_area_struct* split_vma(mm_struct* mm, vm_area_struct* vma, unsigned long address);
// REQUIRES: a VMA that nobody knows yet.
void vm_flags_init(vm_area_struct* vma, unsigned long flags);
// REQUIRES, as a rule: mmap and VMA write-locked.
void vm_flags_reset(vm_area_struct* vma, unsigned long flags);
void vma_set_page_prot(vm_area_struct* vma);
// REQUIRES, as a rule: the mmap or the VMA read lock.
void vma_set_maybe_guard(vm_area_struct* vma);
unsigned long vma_start_pgoff(const vm_area_struct* vma);
unsigned long vma_last_pgoff(const vm_area_struct* vma);

// ---- VMAs in their trees: vma_link.cc ----

void vma_link_file(vm_area_struct* vma);
void unlink_file_vma(vm_area_struct* vma);
// The VMAs of i_mmap that map something of [first, last], as they are now.
// REQUIRES: the i_mmap lock.
std::span<vm_area_struct* const> vma_interval_tree_iter(address_space* mapping, unsigned long first,
                                                        unsigned long last);
// Takes the rmap locks and hides the VMA from the trees, while its keys change; and
// shows it again.  `insert`, if any, is a new part of it, which goes in with it.
void vma_prepare(vm_area_struct* vma, vm_area_struct* insert);
void vma_complete(vm_area_struct* vma, vm_area_struct* insert);

// ---- Anonymous reverse mapping: rmap.cc ----

void __anon_vma_prepare(vm_area_struct* vma);
void anon_vma_clone(vm_area_struct* dst, const vm_area_struct* src);
void anon_vma_fork(vm_area_struct* vma, const vm_area_struct* parent);
void unlink_anon_vmas(vm_area_struct* vma);
void anon_vma_interval_tree_pre_update_vma(vm_area_struct* vma);
void anon_vma_interval_tree_post_update_vma(vm_area_struct* vma);

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
// vma_expand.cc.  REQUIRES: the mmap write lock.
void vma_set_range(vm_area_struct* vma, unsigned long start, unsigned long end);
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
bool madvise_remove(mm_struct* mm, unsigned long start);
// Of another task: the one that exec gives another address space.
bool process_madvise(unsigned long start, unsigned long length);

// gup.cc.  A pinned folio, or null.
folio* get_user_page(mm_struct* mm, unsigned long address, bool write);
folio* get_user_page_fast(mm_struct* mm, unsigned long address, bool write);
void unpin_user_page(folio* page);
void populate_range(mm_struct* mm, unsigned long start, unsigned long end);
bool access_remote_vm(mm_struct* mm, unsigned long address);
// Pins for a device, for long.
folio* ib_umem_get(mm_struct* mm, unsigned long address);
void ib_umem_release(mm_struct* mm, folio* page);

// fork.cc.  Returns the child's address space.
mm_struct* dup_mm(mm_struct* oldmm);
// exit.cc.  Nobody else may use the mm any more.
void exit_mmap(mm_struct* mm);
// The last of its users tears it down.
void mmput(mm_struct* mm);
bool mmget_not_zero(mm_struct* mm);
// truncate.cc.
void do_truncate(file* file, unsigned long length);
void unmap_mapping_range(address_space* mapping, unsigned long first_index,
                         unsigned long last_index);

}  // namespace mm_model

#endif  // MM_MODEL_MM_OPS_H_
