// Address spaces: vm_area_struct and mm_struct.
//
// Invariants:
//   1. An attached VMA is in mm_mt, except between the two steps of attaching or
//      detaching it, when its mm is write-locked.
//   2. A VMA of a file that is or was attached is in i_mmap until it is unlinked.
//   3. A VMA is in the tree of every anon_vma of its anon_vma_chain.
//   4. A present entry counts once in its folio's mapcount.

#ifndef MM_MODEL_TYPES_VMA_TYPES_H_
#define MM_MODEL_TYPES_VMA_TYPES_H_

#include <array>
#include <memory_resource>
#include <vector>

#include "mm_model/guarded.h"
#include "mm_model/interval_tree.h"
#include "mm_model/locks.h"
#include "mm_model/machine.h"
#include "mm_model/types/counter.h"
#include "mm_model/types/page_table_types.h"
#include "mm_model/types/tlb_types.h"

namespace mm_model {

struct anon_vma_chain;
struct file;

inline constexpr unsigned long VM_READ = 0x1;
inline constexpr unsigned long VM_WRITE = 0x2;
inline constexpr unsigned long VM_EXEC = 0x4;
inline constexpr unsigned long VM_SHARED = 0x8;
inline constexpr unsigned long VM_GROWSDOWN = 0x100;
inline constexpr unsigned long VM_LOCKED = 0x2000;
inline constexpr unsigned long VM_HUGETLB = 0x400000;
inline constexpr unsigned long VM_HUGEPAGE = 0x20000000;
inline constexpr unsigned long VM_MERGEABLE = 0x80000000;
inline constexpr unsigned long VM_UFFD_MISSING = 0x100000000;
inline constexpr unsigned long VM_UFFD_WP = 0x200000000;
inline constexpr unsigned long VM_MAYBE_GUARD = 0x400000000;
inline constexpr unsigned long VM_STACK_INCOMPLETE_SETUP = 0x800000000;

enum class VmaState : uint8_t { kNew, kAttached, kDetached, kFreed };

// The semaphore of a VMA, 6.4 to 6.14: see vma_lock_protocol.h.
struct vma_semaphore {
  int readers = 0;
  int queued_writers = 0;
  bool write_locked = false;
  bool detached = false;
};

// hugetlb's own lock of a shared VMA.
struct hugetlb_vma_lock {
  rw_semaphore rw_sema{LockClass::kHugetlbVmaLock, this};
};

struct userfaultfd_ctx {
  rw_semaphore map_changing_lock{LockClass::kMapChangingLock, this};
  Guarded<userfaultfd_ctx, int, Field::kMmapChanging> mmap_changing{this};
};

struct vm_area_struct {
  explicit vm_area_struct(mm_struct* mm) : vm_mm(this, mm) {}

  template <typename T, Field kField, Field kWhenCleared = kField>
  using Member = Guarded<vm_area_struct, T, kField, kWhenCleared>;

  Member<unsigned long, Field::kVmStart> vm_start{this};
  Member<unsigned long, Field::kVmEnd> vm_end{this};
  Member<unsigned long, Field::kVmPgoff> vm_pgoff{this};
  Member<mm_struct*, Field::kVmMm> vm_mm;
  Member<unsigned long, Field::kVmPageProt> vm_page_prot{this};
  Member<unsigned long, Field::kVmFlags> vm_flags{this};
  Member<struct file*, Field::kVmFile> vm_file{this};
  Member<const char*, Field::kVmOps> vm_ops{this};
  Member<hugetlb_vma_lock*, Field::kVmPrivateData> vm_private_data{this};
  Member<const char*, Field::kAnonName> anon_name{this};
  Member<long, Field::kSwapReadaheadInfo> swap_readahead_info{this};
  Member<const char*, Field::kVmPolicy> vm_policy{this};
  Member<int, Field::kNumabState> numab_state{this};
  Member<userfaultfd_ctx*, Field::kVmUserfaultfdCtx> vm_userfaultfd_ctx{this};
  // Whether it is linked in its mapping's i_mmap tree.
  Member<bool, Field::kSharedRb> shared_rb{this};
  Member<unsigned long, Field::kSharedRbSubtreeLast> rb_subtree_last{this};
  Member<std::pmr::vector<struct anon_vma_chain*>, Field::kAnonVmaChain> anon_vma_chain{
      this, machine().memory()};
  Member<struct anon_vma*, Field::kAnonVmaSet, Field::kAnonVmaClear> anon_vma{this};

  // The VMA lock: see vma_lock.h.  The kernel has one of the first two.
  uint32_t vm_refcnt = 0;
  vma_semaphore vm_lock;
  uint32_t vm_lock_seq = UINT32_MAX;
  DepMap write_lock_map{LockClass::kVmaWriteLock, this};
  DepMap read_lock_map{LockClass::kVmaReadLock, this};

  VmaState state = VmaState::kNew;
};

struct mm_struct {
  mm_struct() : pgd(this, Level::kPgd, 0) {}

  template <typename T, Field kField>
  using Member = Guarded<mm_struct, T, kField>;

  rw_semaphore mmap_lock{LockClass::kMmapLock, this};
  uint32_t mm_lock_seq = 0;  // Odd while the mmap lock is held for writing.
  std::pmr::vector<vm_area_struct*> write_locked_vmas{machine().memory()};
  spinlock page_table_lock{LockClass::kPageTableLock, this};
  spinlock arg_lock{LockClass::kArgLock, this};
  Counter mm_users{"mm->mm_users", 1};

  Member<interval_tree<vm_area_struct*>, Field::kMmMt> mm_mt{this, machine().memory()};
  Member<int, Field::kMapCount> map_count{this};
  // In pages.
  Member<unsigned long, Field::kTotalVm> total_vm{this};
  Member<unsigned long, Field::kDataVm> data_vm{this};
  Member<unsigned long, Field::kExecVm> exec_vm{this};
  Member<unsigned long, Field::kStackVm> stack_vm{this};
  Member<unsigned long, Field::kLockedVm> locked_vm{this};
  Member<long, Field::kPinnedVm> pinned_vm{this};
  Member<unsigned long, Field::kHiwaterVm> hiwater_vm{this};
  Member<long, Field::kRssStat> rss_stat{this};
  Member<long, Field::kPgtablesBytes> pgtables_bytes{this};

  Member<unsigned long, Field::kDefFlags> def_flags{this};
  Member<unsigned long, Field::kBrk> brk{this};
  Member<unsigned long, Field::kArgRange> arg_start{this};
  Member<unsigned long, Field::kStartStack> start_stack{this};
  Member<file*, Field::kExeFile> exe_file{this};
  Member<bool, Field::kMmlist> mmlist{this};  // Whether it is on the list.
  Member<unsigned, Field::kWriteProtectSeq> write_protect_seq{this};
  Member<unsigned long, Field::kNumaScan> numa_scan_offset{this};
  Member<unsigned long, Field::kNumaNextScan> numa_next_scan{this};  // When it is time again.
  Member<unsigned long, Field::kMmFlags> flags{this};
  Member<int, Field::kNotifierSubscriptions> notifier_subscriptions{this};

  page_table pgd;
  // Every VMA of this mm that was not freed, attached or not: for rules that
  // ask who could still reach an address.
  std::pmr::vector<vm_area_struct*> vmas{machine().memory()};
  std::array<Tlb, kMaxTasks> tlb;  // Of each processor.
  std::pmr::vector<StaleRange> stale{machine().memory()};
  bool freed = false;  // Its last user has left.
};

inline constexpr unsigned long MMF_OOM_SKIP = 0x1;

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_VMA_TYPES_H_
