// Memory: folios, the LRU, swap, and the reverse mapping of anonymous memory.

#ifndef MM_MODEL_TYPES_MEMORY_TYPES_H_
#define MM_MODEL_TYPES_MEMORY_TYPES_H_

#include <memory_resource>
#include <vector>

#include "mm_model/guarded.h"
#include "mm_model/interval_tree.h"
#include "mm_model/locks.h"
#include "mm_model/machine.h"
#include "mm_model/types/counter.h"
#include "mm_model/types/file_types.h"

namespace mm_model {

struct address_space;
struct mm_struct;
struct vm_area_struct;

struct Globals;

struct lruvec {
  explicit lruvec(const Globals* owner) : folios(owner, machine().memory()) {}

  spinlock lru_lock{LockClass::kLruLock, this};
  Guarded<Globals, std::pmr::vector<folio*>, Field::kLruList> folios;
};

struct folio {
  spinlock lock{LockClass::kFolioLock, this};  // PG_locked.
  Guarded<folio, address_space*, Field::kFolioMapping, Field::kFolioMappingClear> mapping{this};
  Guarded<folio, anon_vma*, Field::kFolioAnonMapping> anon_mapping{this};
  Guarded<folio, unsigned long, Field::kFolioIndex> index{this};
  Guarded<folio, bool, Field::kFolioLru> lru{this};
  Guarded<folio, bool, Field::kAnonExclusive> anon_exclusive{this};
  Guarded<folio, bool, Field::kHwPoison> hwpoison{this};
  Guarded<folio, int, Field::kMapcount> mapcount{this};
  Counter pincount{"folio->_pincount"};  // Long-term users, as GUP.
  Counter migration_entries{"migration entries"};
  unsigned long pages = 1;  // Constant once it is visible.
  unsigned long swap = 0;   // Its entry in the swap cache; 0: not there.
  bool uptodate = false;    // Page flags that are atomic bits.
  bool dirty = false;
  bool writeback = false;
  bool visible = false;   // Somebody else may find it: it was mapped or is in the page cache.
  bool in_batch = true;   // Not on the LRU yet.
  bool isolated = false;  // Somebody has taken it off the LRU.
  bool freed = false;     // Given back: it must not be used.
};

// ---- Reverse mapping of anonymous memory ----

struct anon_vma;

// Links a VMA with an anon_vma.
struct anon_vma_chain {
  vm_area_struct* vma = nullptr;
  struct anon_vma* av = nullptr;
};

struct anon_vma {
  // A null root: it is the root itself.
  explicit anon_vma(anon_vma* of_root) : root(of_root == nullptr ? this : of_root) {}

  anon_vma* const root;
  anon_vma* parent = nullptr;
  rw_semaphore rwsem{LockClass::kAnonVmaRwsem, this};  // Only the root's is ever taken.
  Guarded<anon_vma, interval_tree<anon_vma_chain*>, Field::kRbRoot> rb_root{this,
                                                                            machine().memory()};
  Guarded<anon_vma, int, Field::kNumActiveVmas> num_active_vmas{this};
  Guarded<anon_vma, int, Field::kNumChildren> num_children{this};
  bool published = false;  // Somebody else may find it.
};

// ---- Swap ----

struct swap_info_struct {
  static constexpr unsigned long kSlots = 16;

  spinlock lock{LockClass::kSwapInfoLock, this};             // si->lock
  spinlock cluster_lock{LockClass::kSwapClusterLock, this};  // ci->lock; there is one cluster.
  Guarded<swap_info_struct, bool, Field::kSwapInfoFlags> writeok{this, true};
  // Users of each slot, and the folio of it in the swap cache.
  Guarded<swap_info_struct, std::pmr::vector<int>, Field::kSwapMap> swap_map{this, kSlots, 0,
                                                                             machine().memory()};
  Guarded<swap_info_struct, std::pmr::vector<folio*>, Field::kSwapCache> swap_cache{
      this, kSlots, nullptr, machine().memory()};
};

// What there is once in a kernel.
struct Globals {
  template <typename T, Field kField>
  using Member = Guarded<Globals, T, kField>;

  lruvec lru{this};
  spinlock swap_lock{LockClass::kSwapLock, this};
  spinlock mmlist_lock{LockClass::kMmlistLock, this};
  std::pmr::vector<mm_struct*> mmlist{machine().memory()};  // Under mmlist_lock.
  swap_info_struct swap;
  spinlock sb_lock{LockClass::kSbLock, this};
  rw_semaphore mm_all_locks_mutex{LockClass::kMmAllLocksMutex, this};
  rw_semaphore ksm_thread_mutex{LockClass::kKsmThreadMutex, this};
  Member<unsigned long, Field::kKsmScan> ksm_scan{this};  // The address that comes next.
  spinlock ksm_mmlist_lock{LockClass::kKsmMmlistLock, this};
  spinlock khugepaged_mm_lock{LockClass::kKhugepagedMmLock, this};
  rw_semaphore exec_update_lock{LockClass::kExecUpdateLock, this};
  Member<mm_struct*, Field::kTaskMm> task_mm{this};  // Of the task that others look at.
  spinlock split_queue_lock{LockClass::kSplitQueueLock, this};
  Member<std::pmr::vector<folio*>, Field::kSplitQueue> split_queue{this, machine().memory()};
  bdi_writeback wb;
  rw_semaphore mf_mutex{LockClass::kMfMutex, this};
  rw_semaphore hugetlb_fault_mutex{LockClass::kHugetlbFaultMutex, this};  // One of the table.
  rw_semaphore fs_reclaim{LockClass::kFsReclaim, this};                   // A pseudo-lock.
};

// Of the machine; made with the first address space.
Globals& globals();

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_MEMORY_TYPES_H_
