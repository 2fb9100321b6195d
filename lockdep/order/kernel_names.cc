// Sources: linux 6.12.y, the lock-order comments that open mm/rmap.c (R) and
// stand before the first function of mm/filemap.c (F).  Names are those of R;
// where R has none, those of F.

#include "lockdep/order/kernel_names.h"

#include "absl/strings/string_view.h"

namespace lockdep::order {
namespace {

constexpr KernelName kNames[] = {
    // Within hugetlbfs, i_mmap_rwsem has a class of its own (R names it in its first tree),
    // and `vma_lock` is hugetlb's own lock, not the per-VMA lock of faults.
    {"mapping->i_mmap_rwsem", "hugetlbfs_i_mmap_rwsem_key", KernelPart::kHugetlb},
    {"i_mmap_rwsem", "hugetlbfs_i_mmap_rwsem_key", KernelPart::kHugetlb},
    {"vma_lock", "hugetlb_vma_lock", KernelPart::kHugetlb},

    {"i_rwsem", "inode->i_rwsem"},                       // F
    {"mmap_lock", "mm->mmap_lock"},                      // F
    {"invalidate_lock", "mapping->invalidate_lock"},     // F
    {"lock_page", "folio_lock"},                         // F
    {"page->flags PG_locked", "folio_lock"},             // R before 6.4
    {"i_mmap_rwsem", "mapping->i_mmap_rwsem"},           // F
    {"anon_vma.lock", "anon_vma->rwsem"},                // F
    {"page_table_lock", "mm->page_table_lock"},          // F
    {"pte map lock", "pte_lock"},                        // R, second tree
    {"private_lock", "mapping->private_lock"},           // F
    {"folio_lock_memcg move_lock", "memcg->move_lock"},  // R; F has memcg->move_lock
    {"i_lock", "inode->i_lock"},                         // F before 3.0
    {"bdi->wb.list_lock", "bdi.wb->list_lock"},          // F, once; elsewhere as R
};

}  // namespace

std::span<const KernelName> KernelNames() { return kNames; }

std::string CanonicalKernelName(absl::string_view spelling, KernelPart part) {
  for (const KernelName& row : kNames) {
    const bool applies = row.part == KernelPart::kAnywhere || row.part == part;
    if (applies && row.spelling == spelling) return std::string(row.name);
  }
  return std::string(spelling);
}

}  // namespace lockdep::order
