// Truncation of a mapped file, and holes in it.  Follows linux 7.0 mm/truncate.c
// (truncate_pagecache_range), mm/memory.c (unmap_mapping_range) and fs/open.c
// (vfs_fallocate), with the locks of a file system's setattr or fallocate around them.  No
// writeback to wait for; a huge page goes whole, and what is left of it is read again.

#include <algorithm>

#include "mm_model/folio.h"
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
  const unsigned long index = page->index;
  if (page->mapcount.sum() != 0) unmap_mapping_range(mapping, index, index + page->pages - 1);
  folio_clear_dirty(page);
  filemap_remove_folio(mapping, page);
}

// The first cached folio of [first, last], or null.
folio* find_get_entry(address_space* mapping, unsigned long first, unsigned long last) {
  rcu_read_lock();
  const auto* node = mapping->i_pages.read().find(first, last);
  folio* const page = node == nullptr ? nullptr : node->item;
  rcu_read_unlock();
  return page;
}

void truncate_inode_pages_range(address_space* mapping, unsigned long first, unsigned long last) {
  while (folio* const page = find_get_entry(mapping, first, last)) {
    folio_lock(page);
    if (page->mapping == mapping) truncate_inode_folio(mapping, page);
    folio_unlock(page);
    folio_put(page);
  }
}

}  // namespace

void truncate_pagecache_range(address_space* mapping, unsigned long first, unsigned long last) {
  WillWrite(*mapping, {Field::kIPagesTruncate, AccessKind::kPlain, nullptr, LOCKDEP_CALL_SITE()});
  unmap_mapping_range(mapping, first, last);
  truncate_inode_pages_range(mapping, first, last);
  // Copies that private mappings made meanwhile.
  unmap_mapping_range(mapping, first, last);
}

void free_blocks(address_space* mapping, unsigned long first, unsigned long last) {
  if (find_get_entry(mapping, first, last) != nullptr) {
    Corruption("the page cache holds a page of blocks that were freed");
  }
}

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
  const unsigned long first = (length + PAGE_SIZE - 1) >> PAGE_SHIFT;
  truncate_pagecache_range(file->f_mapping, first, kLastIndex);
  free_blocks(file->f_mapping, first, kLastIndex);
  filemap_invalidate_unlock(file->f_mapping);
  inode_unlock(node);
}

void vfs_fallocate(file* file, unsigned long first, unsigned long last) {
  inode* const node = file->f_inode;
  sb_start_write(node->i_sb);
  inode_lock(node);
  node->i_mtime = node->i_mtime + 1;  // file_modified
  filemap_invalidate_lock(file->f_mapping);
  truncate_pagecache_range(file->f_mapping, first, last);
  free_blocks(file->f_mapping, first, last);
  filemap_invalidate_unlock(file->f_mapping);
  inode_unlock(node);
  sb_end_write(node->i_sb);
}

}  // namespace mm_model
