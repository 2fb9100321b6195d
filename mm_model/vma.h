// VMAs: making, finding, splitting, moving and merging them, and the trees that lead to
// them.  Part of mm_ops.h.

#ifndef MM_MODEL_VMA_H_
#define MM_MODEL_VMA_H_

#include <span>

#include "mm_model/mm_types.h"

namespace mm_model {

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
// Before [start, end) gets other flags: merges it with neighbours that have these flags
// already, or splits off what is outside.  Returns the VMA that is to get them.
vm_area_struct* vma_modify_flags(mm_struct* mm, vm_area_struct* vma, unsigned long start,
                                 unsigned long end, unsigned long flags);
// Splits at the address; returns the new VMA, which is the upper part.
vm_area_struct* split_vma(mm_struct* mm, vm_area_struct* vma, unsigned long address);
// REQUIRES: a VMA that nobody knows yet.
void vm_flags_init(vm_area_struct* vma, unsigned long flags);
// REQUIRES, as a rule: mmap and VMA write-locked.
void vm_flags_reset(vm_area_struct* vma, unsigned long flags);
void vma_set_page_prot(vm_area_struct* vma);
// REQUIRES, as a rule: the mmap or the VMA read lock.
void vma_set_maybe_guard(vm_area_struct* vma);
// The page of the file, or of the anonymous memory, that is mapped at the address.
unsigned long linear_page_index(const vm_area_struct* vma, unsigned long address);
unsigned long vma_start_pgoff(const vm_area_struct* vma);
unsigned long vma_last_pgoff(const vm_area_struct* vma);

// ---- VMAs in their trees: vma_link.cc ----

void vma_link_file(vm_area_struct* vma);
void unlink_file_vma(vm_area_struct* vma);
// The VMAs of i_mmap that map something of [first, last], as they are now.
// REQUIRES: the i_mmap lock.
[[gnu::noinline]] std::span<vm_area_struct* const> vma_interval_tree_iter(address_space* mapping,
                                                                          unsigned long first,
                                                                          unsigned long last);
// Takes the rmap locks and hides the VMA from the trees, while its keys change; and
// shows it again.  `insert`, if any, is a new part of it, which goes in with it.
void vma_prepare(vm_area_struct* vma, vm_area_struct* insert);
void vma_complete(vm_area_struct* vma, vm_area_struct* insert);

// ---- Moving their ends, and merging: vma_expand.cc, vma_merge.cc ----

// What a VMA maps, or is about to.
struct NewMapping {
  file* of = nullptr;  // Null: anonymous memory.
  unsigned long start = 0;
  unsigned long end = 0;
  unsigned long flags = 0;
  unsigned long pgoff = 0;
  anon_vma* anon = nullptr;
};

// REQUIRES, all of them: the mmap write lock.
void vma_set_range(vm_area_struct* vma, unsigned long start, unsigned long end,
                   unsigned long pgoff);
// Grows a neighbour over what is to be mapped.  Returns it, or null: there is none that
// fits.
vm_area_struct* vma_merge_new_range(mm_struct* mm, const NewMapping& mapping);
// The same for a VMA that is to get the flags, and goes.
vm_area_struct* vma_merge_existing_range(mm_struct* mm, vm_area_struct* vma, unsigned long flags);

// ---- Anonymous reverse mapping: rmap.cc ----

void __anon_vma_prepare(vm_area_struct* vma);
void anon_vma_clone(vm_area_struct* dst, const vm_area_struct* src);
void anon_vma_fork(vm_area_struct* vma, const vm_area_struct* parent);
void unlink_anon_vmas(vm_area_struct* vma);
void anon_vma_interval_tree_pre_update_vma(vm_area_struct* vma);
void anon_vma_interval_tree_post_update_vma(vm_area_struct* vma);

}  // namespace mm_model

#endif  // MM_MODEL_VMA_H_
