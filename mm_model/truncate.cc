// Truncation of a mapped file.  Follows linux 7.0 mm/truncate.c
// (truncate_pagecache) and mm/memory.c (unmap_mapping_range), with the locks of a
// file system's setattr around it.  No writeback to wait for.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"

namespace mm_model {
namespace {

void unmap_mapping_range_vma(vm_area_struct* vma, unsigned long first, unsigned long last) {
  const unsigned long begin = vma_start_pgoff(vma);
  const unsigned long from = std::max(first, begin) - begin;
  const unsigned long to = std::min(last, vma_last_pgoff(vma)) - begin + 1;
  unmap_page_range(vma, vma->vm_start + (from << PAGE_SHIFT), vma->vm_start + (to << PAGE_SHIFT));
}

void truncate_inode_folio(address_space* mapping, folio* page) {
  // A fault may have mapped it again since the range was unmapped.
  if (page->mapcount.read() != 0) unmap_mapping_range(mapping, page->index, page->index);
  folio_clear_dirty(page);
  filemap_remove_folio(mapping, page);
}

// The first cached folio from the index on, or null.
folio* find_get_entry(address_space* mapping, unsigned long first) {
  rcu_read_lock();
  const auto* node = mapping->i_pages.read().find(first, kLastIndex);
  folio* const page = node == nullptr ? nullptr : node->item;
  rcu_read_unlock();
  return page;
}

void truncate_inode_pages_range(address_space* mapping, unsigned long first) {
  while (folio* const page = find_get_entry(mapping, first)) {
    folio_lock(page);
    if (page->mapping == mapping) truncate_inode_folio(mapping, page);
    folio_unlock(page);
  }
}

[[gnu::noinline]] void truncate_pagecache(address_space* mapping, unsigned long length) {
  WillWrite(*mapping, {Field::kIPagesTruncate, AccessKind::kPlain, nullptr, LOCKDEP_CALL_SITE()});
  const unsigned long first = (length + PAGE_SIZE - 1) >> PAGE_SHIFT;
  unmap_mapping_range(mapping, first, kLastIndex);
  truncate_inode_pages_range(mapping, first);
  // Copies that private mappings made meanwhile.
  unmap_mapping_range(mapping, first, kLastIndex);
}

}  // namespace

void unmap_mapping_range(address_space* mapping, unsigned long first_index,
                         unsigned long last_index) {
  i_mmap_lock_read(mapping);
  const auto vmas = vma_interval_tree_iter(mapping, first_index, last_index);
  for (vm_area_struct* vma : vmas) unmap_mapping_range_vma(vma, first_index, last_index);
  i_mmap_unlock_read(mapping);
}

void do_truncate(file* file, unsigned long length) {
  inode* const node = file->f_inode;
  inode_lock(node);
  filemap_invalidate_lock(file->f_mapping);
  node->i_size = length;
  truncate_pagecache(file->f_mapping, length);
  filemap_invalidate_unlock(file->f_mapping);
  inode_unlock(node);
}

}  // namespace mm_model
