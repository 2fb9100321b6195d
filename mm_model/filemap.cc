// The page cache, seen from faults.
// Follows linux 7.0 mm/filemap.c: filemap_fault, __filemap_add_folio,
// filemap_page_mkwrite.  Reading is instantaneous, there is no readahead, and
// files are never closed while they are mapped.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"

namespace mm_model {
namespace {

unsigned long PagesOf(const inode& node) { return (node.i_size + PAGE_SIZE - 1) >> PAGE_SHIFT; }

// Returns the folio of the index, made if needed; it is unlocked, and not up
// to date if it is new.
folio* __filemap_get_folio(address_space* mapping, unsigned long index) {
  auto* const fresh = folio_alloc();
  folio_lock(fresh);
  xa_lock_irq(mapping);
  const auto* present = mapping->i_pages.read().find(index, index);
  folio* result = fresh;
  if (present != nullptr) {
    result = present->item;
  } else {
    page_cache_add(mapping, index, fresh);
  }
  xa_unlock_irq(mapping);
  folio_unlock(fresh);
  return result;
}

bool MayDropFaultLock(const vm_fault& vmf) {
  return (vmf.flags & (FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_TRIED)) == FAULT_FLAG_ALLOW_RETRY;
}

// Drops the fault's lock before a long wait, on the first attempt only: later
// ones keep it, so that a fault comes to an end.
void maybe_unlock_mmap_for_io(vm_fault* vmf, bool* dropped) {
  if (*dropped || !MayDropFaultLock(*vmf)) return;
  release_fault_lock(vmf);
  *dropped = true;
}

void lock_folio_maybe_drop_mmap(vm_fault* vmf, folio* page, bool* dropped) {
  if (folio_trylock(page)) return;
  maybe_unlock_mmap_for_io(vmf, dropped);
  folio_lock(page);
}

// One attempt at the folio of the fault.
struct FileFault {
  vm_fault* const vmf;
  address_space* const mapping;
  const unsigned long index;
  bool invalidate_locked = false;
  bool fault_lock_dropped = false;
  bool major = false;

  enum class Next : uint8_t { kFindAgain, kRetry, kDone, kSigbus };

  void LockInvalidate() {
    if (!invalidate_locked) filemap_invalidate_lock_shared(mapping);
    invalidate_locked = true;
  }

  Next Try();
  Next Read(folio* page);
};

FileFault::Next FileFault::Read(folio* page) {
  if (!invalidate_locked) {
    // Nobody may truncate what is being read: start again with the lock.
    folio_unlock(page);
    LockInvalidate();
    return Next::kFindAgain;
  }
  major = true;
  maybe_unlock_mmap_for_io(vmf, &fault_lock_dropped);
  page->uptodate = true;  // filemap_read_folio
  folio_unlock(page);
  return fault_lock_dropped ? Next::kRetry : Next::kFindAgain;
}

FileFault::Next FileFault::Try() {
  if (index >= PagesOf(*mapping->host)) return Next::kSigbus;
  folio* page = filemap_get_folio(mapping, index);
  if (page == nullptr || !page->uptodate) LockInvalidate();
  if (page == nullptr) page = __filemap_get_folio(mapping, index);
  lock_folio_maybe_drop_mmap(vmf, page, &fault_lock_dropped);
  if (page->mapping != mapping) {
    folio_unlock(page);
    return fault_lock_dropped ? Next::kRetry : Next::kFindAgain;
  }
  if (!page->uptodate) return Read(page);
  if (fault_lock_dropped || index >= PagesOf(*mapping->host)) {
    folio_unlock(page);
    return fault_lock_dropped ? Next::kRetry : Next::kSigbus;
  }
  vmf->page = page;
  return Next::kDone;
}

}  // namespace

void page_cache_add(address_space* mapping, unsigned long index, folio* page) {
  WillWrite(*mapping, {Field::kIPagesInsert, AccessKind::kPlain, nullptr, LOCKDEP_CALL_SITE()});
  page->mapping = mapping;
  page->index = index;
  page->visible = true;
  mapping->i_pages.write().insert(index, index, page);
  mapping->nrpages = mapping->nrpages + 1;
}

void page_cache_delete(address_space* mapping, folio* page) {
  mapping->i_pages.write().erase(page);
  mapping->nrpages = mapping->nrpages - page->pages;
  page->mapping = nullptr;
}

void filemap_remove_folio(address_space* mapping, folio* page) {
  inode* const node = mapping->host;
  spin_lock(&node->i_lock);
  xa_lock_irq(mapping);
  page_cache_delete(mapping, page);
  xa_unlock_irq(mapping);
  if (mapping->nrpages == 0) node->i_lru = true;  // inode_add_lru
  spin_unlock(&node->i_lock);
}

namespace {

// The first time it is put on the list of what is to be written, whose lock comes first.
void __mark_inode_dirty(inode* node) {
  spin_lock(&node->i_lock);
  const bool was_dirty = (node->i_state & I_DIRTY) != 0;
  node->i_state = node->i_state | I_DIRTY;
  if (!was_dirty) {
    spin_unlock(&node->i_lock);  // locked_inode_to_wb_and_lock_list
    spin_lock(&globals().wb.list_lock);
    spin_lock(&node->i_lock);
    node->i_io_list = true;
    spin_unlock(&globals().wb.list_lock);
  }
  spin_unlock(&node->i_lock);
}

}  // namespace

// block_dirty_folio, __folio_mark_dirty.
void folio_mark_dirty(folio* page) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  address_space* const mapping = page->mapping;
  if (mapping == nullptr) {
    page->dirty = true;
    return;
  }
  spin_lock(&mapping->private_lock);
  mapping->i_private_data = mapping->i_private_data + 1;
  spin_unlock(&mapping->private_lock);
  xa_lock_irq(mapping);
  AskWrite(*mapping, {Field::kIPagesTree, AccessKind::kPlain, &page->dirty, site});  // Its tag.
  page->dirty = true;
  xa_unlock_irq(mapping);
  __mark_inode_dirty(mapping->host);
}

void folio_clear_dirty(folio* page) {
  WillWrite(*page, {Field::kFolioDirty, AccessKind::kAtomic, &page->dirty, LOCKDEP_CALL_SITE()});
  page->dirty = false;
}

folio* filemap_get_folio(address_space* mapping, unsigned long index) {
  rcu_read_lock();
  const auto* node = mapping->i_pages.read().find(index, index);
  folio* const page = node == nullptr ? nullptr : node->item;
  rcu_read_unlock();
  return page;
}

vm_fault_t filemap_fault(vm_fault* vmf) {
  const vm_area_struct* const vma = vmf->vma;
  FileFault fault{.vmf = vmf,
                  .mapping = vma->vm_file->f_mapping,
                  .index = linear_page_index(vma, vmf->address)};
  FileFault::Next next = fault.Try();
  while (next == FileFault::Next::kFindAgain) next = fault.Try();
  if (fault.invalidate_locked) filemap_invalidate_unlock_shared(fault.mapping);

  const vm_fault_t major = fault.major ? VM_FAULT_MAJOR : 0;
  if (next == FileFault::Next::kRetry) return VM_FAULT_RETRY | major;
  if (next == FileFault::Next::kSigbus) return VM_FAULT_SIGBUS;
  return VM_FAULT_LOCKED | major;
}

vm_fault_t filemap_page_mkwrite(vm_fault* vmf) {
  address_space* const mapping = vmf->vma->vm_file->f_mapping;
  super_block* const sb = mapping->host->i_sb;
  sb_start_pagefault(sb);
  mapping->host->i_mtime = mapping->host->i_mtime + 1;  // file_update_time
  folio_lock(vmf->page);
  if (vmf->page->mapping != mapping) {
    folio_unlock(vmf->page);
    sb_end_pagefault(sb);
    return 0;
  }
  folio_mark_dirty(vmf->page);
  sb_end_pagefault(sb);
  return VM_FAULT_LOCKED;
}

}  // namespace mm_model
