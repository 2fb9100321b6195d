// Files: inode, address_space, file, and what writeback needs of them.

#ifndef MM_MODEL_TYPES_FILE_TYPES_H_
#define MM_MODEL_TYPES_FILE_TYPES_H_

#include "mm_model/guarded.h"
#include "mm_model/interval_tree.h"
#include "mm_model/locks.h"
#include "mm_model/machine.h"
#include "mm_model/types/counter.h"

namespace mm_model {

struct folio;
struct inode;
struct vm_area_struct;

struct super_block {
  rw_semaphore s_umount{LockClass::kSUmount, this};
  rw_semaphore s_writers{LockClass::kSbWriters, this};        // Freeze protection of writes.
  rw_semaphore s_pagefaults{LockClass::kSbPagefaults, this};  // ... and of page faults.
  spinlock s_inode_list_lock{LockClass::kSInodeListLock, this};
  Guarded<super_block, std::pmr::vector<inode*>, Field::kSInodes> s_inodes{this,
                                                                           machine().memory()};
  Guarded<super_block, bool, Field::kSRoot> s_root{this, true};  // Whether it is mounted.
};

// The writeback of a device.
struct bdi_writeback {
  spinlock list_lock{LockClass::kWbListLock, this};
};

struct address_space {
  explicit address_space(inode* owner, bool hugetlb = false)
      : host(owner),
        invalidate_lock(LockClass::kInvalidateLock, this),
        i_mmap_rwsem(hugetlb ? LockClass::kHugetlbIMmapRwsem : LockClass::kIMmapRwsem, this),
        i_pages_lock(LockClass::kIPagesLock, this),
        private_lock(LockClass::kPrivateLock, this) {}

  inode* const host;
  rw_semaphore invalidate_lock;
  rw_semaphore i_mmap_rwsem;
  spinlock i_pages_lock;  // The xarray's own lock, xa_lock.
  spinlock private_lock;
  Guarded<address_space, interval_tree<vm_area_struct*>, Field::kIMmapTree> i_mmap{
      this, machine().memory()};
  Guarded<address_space, int, Field::kIMmapWritable> i_mmap_writable{this};
  // The page cache: index -> folio.
  Guarded<address_space, interval_tree<folio*>, Field::kIPagesTree> i_pages{this,
                                                                            machine().memory()};
  Guarded<address_space, unsigned long, Field::kNrpages> nrpages{this};
  Guarded<address_space, int, Field::kPrivateData> i_private_data{this};  // Dirty buffers.
};

struct inode {
  explicit inode(super_block* sb, bool hugetlb = false)
      : i_sb(sb), is_hugetlb(hugetlb), i_data(this, hugetlb) {
    sb->s_inodes.unchecked().push_back(this);
  }

  super_block* const i_sb;
  const bool is_hugetlb;
  rw_semaphore i_rwsem{LockClass::kIRwsem, this};
  spinlock i_lock{LockClass::kILock, this};
  address_space i_data;
  Guarded<inode, unsigned long, Field::kISize> i_size{this};  // In bytes.
  Guarded<inode, unsigned, Field::kIState> i_state{this};     // I_DIRTY, I_SYNC.
  Guarded<inode, unsigned long, Field::kIMtime> i_mtime{this};
  Guarded<inode, bool, Field::kILru> i_lru{this};         // Whether it is on the list of unused.
  Guarded<inode, bool, Field::kIIoList> i_io_list{this};  // Whether it waits for writeback.
};

inline constexpr unsigned I_DIRTY = 0x1;
inline constexpr unsigned I_SYNC = 0x2;

struct file {
  explicit file(inode* node) : f_inode(node), f_mapping(&node->i_data) {}

  inode* const f_inode;
  address_space* const f_mapping;
};

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_FILE_TYPES_H_
