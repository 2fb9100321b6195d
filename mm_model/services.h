// Kernel services that work on address spaces, each in a file of its own name.
// What they follow stands there.

#ifndef MM_MODEL_SERVICES_H_
#define MM_MODEL_SERVICES_H_

#include "mm_model/mm_ops.h"
#include "mm_model/mm_types.h"

namespace mm_model {

// ---- khugepaged.cc, collapse_file.cc ----

// Otherwise than by default it is to study what comes of it.
struct CollapseStudy {
  bool rmap_locks = true;
  bool vma_lock_first = true;  // Before the pmd entry is looked at.
};
// Turns the table at the address into a huge page.  Returns whether it did.
bool collapse_huge_page(mm_struct* mm, unsigned long address, CollapseStudy study = {});
// Puts a huge page in place of the file's pages from `start` on.  Returns whether it did.
bool collapse_file(address_space* mapping, unsigned long start);
// Takes out page tables of a file's mappings that have nothing in them any more.  Unless
// it asks again under the locks, it is to study what comes of it.
void retract_page_tables(address_space* mapping, bool ask_again = true);
// Splits a folio: unmaps it, takes it apart, and maps what was anonymous again.
void split_folio(folio* page);

// ---- ksm.cc ----

// Write-protects the page at the address, as a candidate for sharing.
bool ksm_try_to_merge(mm_struct* mm, unsigned long address);

// ---- userfaultfd.cc ----

bool userfaultfd_register(mm_struct* mm, unsigned long start, userfaultfd_ctx* ctx);
// UFFDIO_COPY: puts a page where there is none.
bool mfill_atomic(mm_struct* mm, unsigned long address, userfaultfd_ctx* ctx);
// UFFDIO_MOVE: takes a page from one place to another.
bool move_pages(mm_struct* mm, unsigned long dst, unsigned long src, userfaultfd_ctx* ctx);

// ---- numa.cc ----

// One round of NUMA balancing: entries become inaccessible, to see who uses them.
void task_numa_work(mm_struct* mm);
bool do_mbind(mm_struct* mm, unsigned long start, const char* policy);

// ---- memory_failure.cc ----

void memory_failure(folio* page);
// Takes memory from a task that the OOM killer chose.
bool oom_reap_task_mm(mm_struct* mm);

// ---- writeback.cc ----

void generic_file_write_iter(file* of, mm_struct* mm, unsigned long buffer);
void write_cache_page(address_space* mapping, unsigned long index);
void drop_pagecache(inode* node);
// Unmounts a file system of at most one file.
void generic_shutdown_super(super_block* sb);

// ---- exec.cc ----

// The stack of a new program: moved to its place inside one VMA.
mm_struct* setup_arg_pages(unsigned long start, unsigned long shift);
// The text of the program.
void elf_load(mm_struct* mm, file* program, unsigned long address);
// Leaves the old address space for the new one.
void exec_mmap(mm_struct* old_mm, mm_struct* mm);

// ---- proc_maps.cc ----

// /proc/pid/maps: VMA after VMA under its read lock.  Returns how many.
int show_maps(mm_struct* mm);
// smaps: counts the pages that are there.
int show_smaps(mm_struct* mm);

// ---- prctl.cc ----

void prctl_set_mm(mm_struct* mm, unsigned long arg_start);
// Returns false if the old one is still mapped.
bool replace_mm_exe_file(mm_struct* mm, file* new_file);
file* get_mm_exe_file(mm_struct* mm);
unsigned long get_mm_cmdline(mm_struct* mm);

// ---- mmu_notifier.cc ----

// Takes every lock of the address space.
void mmu_notifier_register(mm_struct* mm);

// ---- uprobes.cc ----

struct uprobe_place {
  const inode* node = nullptr;  // Null: no file is mapped there.
  unsigned long offset = 0;     // In bytes.
};
uprobe_place find_active_uprobe(mm_struct* mm, unsigned long address);

// ---- hugetlb.cc ----

vm_fault_t hugetlb_fault(vm_area_struct* vma, unsigned long address, unsigned flags);
// REQUIRES: a VMA of hugetlbfs, stable.
void unmap_hugepage_range(vm_area_struct* vma);
void hugetlbfs_punch_hole(file* of);
// Maps one huge page of the file.
void hugetlb_mmap(mm_struct* mm, file* of, unsigned long address);

}  // namespace mm_model

#endif  // MM_MODEL_SERVICES_H_
