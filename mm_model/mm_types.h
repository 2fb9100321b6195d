// The objects that mm locking is about, in the kernel's own names: what the
// locks protect, and that for real; nothing else.
//
// Addresses are small: a page table of every level has kEntries entries, so a
// whole address space of five levels covers 128 MiB.
//
// Invariants:
//   1. An attached VMA (vm_refcnt > 0) is in mm_mt, except between the two
//      steps of attaching or detaching it, when its mm is write-locked.
//   2. A VMA of a file that is or was attached is in i_mmap until it is unlinked.
//   3. A VMA is in the tree of every anon_vma of its anon_vma_chain.
//   4. A present entry counts once in its folio's mapcount.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_MM_TYPES_H_
#define MM_MODEL_MM_TYPES_H_

#include <array>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "mm_model/guarded.h"
#include "mm_model/interval_tree.h"
#include "mm_model/locks.h"
#include "mm_model/machine.h"

namespace mm_model {

inline constexpr unsigned long PAGE_SHIFT = 12;
inline constexpr unsigned long PAGE_SIZE = 1ul << PAGE_SHIFT;
inline constexpr unsigned kEntryBits = 3;
inline constexpr unsigned kEntries = 1u << kEntryBits;
inline constexpr unsigned long TASK_SIZE = 1ul << (PAGE_SHIFT + 5 * kEntryBits);

inline constexpr unsigned long VM_READ = 0x1;
inline constexpr unsigned long VM_WRITE = 0x2;
inline constexpr unsigned long VM_SHARED = 0x8;

// ---- Files ----

struct inode;

struct address_space {
  explicit address_space(inode* owner)
      : host(owner),
        invalidate_lock(LockClass::kInvalidateLock, this),
        i_mmap_rwsem(LockClass::kIMmapRwsem, this),
        i_pages_lock(LockClass::kIPagesLock, this) {}

  inode* const host;
  rw_semaphore invalidate_lock;
  rw_semaphore i_mmap_rwsem;
  spinlock i_pages_lock;  // The xarray's own lock, xa_lock.
  Guarded<address_space, interval_tree<vm_area_struct*>, Field::kIMmapTree> i_mmap{
      this, machine().memory()};
  // The page cache: index -> folio.
  Guarded<address_space, interval_tree<folio*>, Field::kIPagesTree> i_pages{this,
                                                                            machine().memory()};
  Guarded<address_space, unsigned long, Field::kNrpages> nrpages{this};
};

struct inode {
  rw_semaphore i_rwsem{LockClass::kIRwsem, this};
  spinlock i_lock{LockClass::kILock, this};
  address_space i_data{this};
  unsigned long i_size = 0;  // In bytes.  Changed under i_rwsem, read by faults without it.
  bool dirty = false;        // Under i_lock.
};

struct file {
  explicit file(inode* node) : f_inode(node), f_mapping(&node->i_data) {}

  inode* const f_inode;
  address_space* const f_mapping;
};

// ---- Memory ----

struct folio {
  spinlock lock{LockClass::kFolioLock, this};  // PG_locked.
  Guarded<folio, address_space*, Field::kFolioMapping, Field::kFolioMappingClear> mapping{this};
  Guarded<folio, anon_vma*, Field::kFolioAnonMapping> anon_mapping{this};
  Guarded<folio, unsigned long, Field::kFolioIndex> index{this};
  int mapcount = 0;  // Atomic in the kernel; changed under the entry's page table lock.
  bool uptodate = false;
  bool dirty = false;
  bool visible = false;  // Somebody else may find it: it was mapped or is in the page cache.
};

// ---- Reverse mapping of anonymous memory ----

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
  int num_active_vmas = 0;  // Under the root's rwsem.
};

// ---- Page tables ----

struct page_table;

// Of the table that holds the entry.
enum class Level : uint8_t { kPte, kPmd, kPud, kP4d, kPgd };

struct pt_entry {
  enum class Kind : uint8_t {
    kNone,
    kTable,    // Points to a table of the next level.
    kPresent,  // Maps a folio; PTE level only.
    kPoison,   // Of a table that was freed.
  };

  Kind kind = Kind::kNone;
  bool write = false;
  bool dirty = false;
  page_table* table = nullptr;
  folio* page = nullptr;

  bool none() const { return kind == Kind::kNone; }
  bool present() const { return kind == Kind::kPresent; }
  friend bool operator==(const pt_entry&, const pt_entry&) = default;
};

// An entry and the table that it stands in.
struct pt_slot {
  pt_entry entry;
  page_table* in = nullptr;
};

struct page_table {
  page_table(mm_struct* of, Level at, unsigned long address)
      : mm(of),
        level(at),
        start(address),
        lock(at == Level::kPte ? LockClass::kPteLock : LockClass::kPmdLock, this) {
    for (pt_slot& slot : slots) slot.in = this;
  }

  // Bytes that one entry covers.
  unsigned long entry_size() const {
    return 1ul << (PAGE_SHIFT + kEntryBits * static_cast<unsigned>(level));
  }
  pt_slot* slot_of(unsigned long address) {
    return &slots[(address - start) / entry_size() % kEntries];
  }

  mm_struct* const mm;
  const Level level;
  const unsigned long start;  // First address that it covers.
  spinlock lock;              // Used at the PTE and PMD levels only.
  std::array<pt_slot, kEntries> slots;
  bool freed = false;
};

// ---- Address spaces ----

enum class VmaState : uint8_t { kNew, kAttached, kDetached, kFreed };

// The semaphore of a VMA, 6.4 to 6.14: see vma_lock_protocol.h.
struct vma_semaphore {
  int readers = 0;
  int queued_writers = 0;
  bool write_locked = false;
  bool detached = false;
};

struct vm_area_struct {
  explicit vm_area_struct(mm_struct* mm) : vm_mm(this, mm) {}

  Guarded<vm_area_struct, unsigned long, Field::kVmStart> vm_start{this};
  Guarded<vm_area_struct, unsigned long, Field::kVmEnd> vm_end{this};
  Guarded<vm_area_struct, unsigned long, Field::kVmPgoff> vm_pgoff{this};
  Guarded<vm_area_struct, mm_struct*, Field::kVmMm> vm_mm;
  Guarded<vm_area_struct, unsigned long, Field::kVmPageProt> vm_page_prot{this};
  Guarded<vm_area_struct, unsigned long, Field::kVmFlags> vm_flags{this};
  Guarded<vm_area_struct, struct file*, Field::kVmFile> vm_file{this};
  // Whether it is linked in its mapping's i_mmap tree.
  Guarded<vm_area_struct, bool, Field::kSharedRb> shared_rb{this};
  Guarded<vm_area_struct, std::pmr::vector<struct anon_vma_chain*>, Field::kAnonVmaChain>
      anon_vma_chain{this, machine().memory()};
  Guarded<vm_area_struct, struct anon_vma*, Field::kAnonVmaSet, Field::kAnonVmaClear> anon_vma{
      this};

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

  rw_semaphore mmap_lock{LockClass::kMmapLock, this};
  uint32_t mm_lock_seq = 0;  // Odd while the mmap lock is held for writing.
  std::pmr::vector<vm_area_struct*> write_locked_vmas{machine().memory()};
  spinlock page_table_lock{LockClass::kPageTableLock, this};
  Guarded<mm_struct, interval_tree<vm_area_struct*>, Field::kMmMt> mm_mt{this, machine().memory()};
  Guarded<mm_struct, int, Field::kMapCount> map_count{this};
  Guarded<mm_struct, unsigned long, Field::kTotalVm> total_vm{this};  // In pages.
  page_table pgd;
  // Every VMA of this mm that was not freed, attached or not: for rules that
  // ask who could still reach an address.
  std::pmr::vector<vm_area_struct*> vmas{machine().memory()};
};

}  // namespace mm_model

#endif  // MM_MODEL_MM_TYPES_H_
