// Writing files.  Follows linux 7.0 mm/filemap.c (generic_perform_write),
// fs/fs-writeback.c and mm/page-writeback.c (folio_clear_dirty_for_io),
// fs/drop_caches.c, fs/super.c (generic_shutdown_super).  Input and output take no time.

#include <vector>

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"

namespace mm_model {
namespace {

// The copy runs with page faults disabled.  Returns whether the buffer was there.
bool copy_folio_from_iter_atomic(mm_struct* mm, unsigned long buffer) {
  return user_access(mm, buffer, false);
}

bool WritePage(address_space* mapping, mm_struct* mm, unsigned long buffer) {
  folio* const page = filemap_get_folio(mapping, 0);
  if (page == nullptr) return true;  // Nothing cached: written around the cache.
  folio_lock(page);
  const bool copied = copy_folio_from_iter_atomic(mm, buffer);
  if (copied && page->mapping == mapping) folio_mark_dirty(page);
  folio_unlock(page);
  return copied;
}

}  // namespace

void generic_file_write_iter(file* of, mm_struct* mm, unsigned long buffer) {
  inode* const node = of->f_inode;
  sb_start_write(node->i_sb);
  inode_lock(node);
  node->i_mtime = node->i_mtime + 1;  // file_update_time
  while (!WritePage(of->f_mapping, mm, buffer)) {
    // The folio is unlocked by now: the fault may need it, and the mmap lock.
    if ((do_user_addr_fault(mm, buffer, 0) & VM_FAULT_ERROR) != 0) break;
  }
  inode_unlock(node);
  sb_end_write(node->i_sb);
}

void write_cache_page(address_space* mapping, unsigned long index) {
  inode* const node = mapping->host;
  bdi_writeback* const wb = &globals().wb;
  spin_lock(&wb->list_lock);
  spin_lock(&node->i_lock);
  node->i_io_list = false;
  node->i_state = (node->i_state | I_SYNC) & ~I_DIRTY;
  spin_unlock(&node->i_lock);
  spin_unlock(&wb->list_lock);
  if (folio* const page = filemap_get_folio(mapping, index)) {
    folio_lock(page);
    if (page->mapping == mapping) {
      folio_mkclean(page);
      folio_clear_dirty(page);
      xa_lock_irq(mapping);
      page->writeback = true;
      xa_unlock_irq(mapping);
    }
    folio_unlock(page);
  }
  spin_lock(&node->i_lock);
  node->i_state = node->i_state & ~I_SYNC;
  spin_unlock(&node->i_lock);
}

namespace {

void inode_sb_list_del(inode* node) {
  super_block* const sb = node->i_sb;
  spin_lock(&sb->s_inode_list_lock);
  std::erase(sb->s_inodes.write(), node);
  spin_unlock(&sb->s_inode_list_lock);
}

}  // namespace

void generic_shutdown_super(super_block* sb) {
  down_write(&sb->s_umount);
  spin_lock(&sb->s_inode_list_lock);
  const std::pmr::vector<inode*>& inodes = sb->s_inodes.read();
  inode* const last = inodes.empty() ? nullptr : inodes.back();
  spin_unlock(&sb->s_inode_list_lock);
  if (last != nullptr) inode_sb_list_del(last);  // evict_inodes
  sb->s_root = false;
  up_write(&sb->s_umount);
}

// Only what nobody maps, and only by trying.
void drop_pagecache(inode* node) {
  super_block* const sb = node->i_sb;
  down_read(&sb->s_umount);
  if (!sb->s_root) return up_read(&sb->s_umount);
  spin_lock(&sb->s_inode_list_lock);
  for (inode* each : sb->s_inodes.read()) {
    spin_lock(&each->i_lock);
    static_cast<void>(each->i_state.read());  // One that is being freed is left alone.
    spin_unlock(&each->i_lock);
  }
  spin_unlock(&sb->s_inode_list_lock);
  address_space* const mapping = &node->i_data;
  folio* const page = filemap_get_folio(mapping, 0);
  if (page != nullptr && folio_trylock(page)) {
    if (page->mapping == mapping && page->mapcount.sum() == 0) {
      filemap_remove_folio(mapping, page);
    }
    folio_unlock(page);
    folio_put(page);
  }
  up_read(&sb->s_umount);
}

}  // namespace mm_model
