// Page tables: five levels with eight entries each, so that an address space
// covers 128 MiB.

#ifndef MM_MODEL_TYPES_PAGE_TABLE_TYPES_H_
#define MM_MODEL_TYPES_PAGE_TABLE_TYPES_H_

#include <array>
#include <cstdint>

#include "mm_model/locks.h"

namespace mm_model {

struct folio;
struct mm_struct;
struct page_table;

inline constexpr unsigned long PAGE_SHIFT = 12;
inline constexpr unsigned long PAGE_SIZE = 1ul << PAGE_SHIFT;
inline constexpr unsigned long kLastIndex = ~0ul >> PAGE_SHIFT;  // Of a file's pages.
inline constexpr unsigned kEntryBits = 3;
inline constexpr unsigned kEntries = 1u << kEntryBits;
inline constexpr unsigned long PMD_SIZE = PAGE_SIZE << kEntryBits;
inline constexpr unsigned long TASK_SIZE = 1ul << (PAGE_SHIFT + 5 * kEntryBits);

// Of the table that holds the entry.
enum class Level : uint8_t { kPte, kPmd, kPud, kP4d, kPgd };

struct pt_entry {
  enum class Kind : uint8_t {
    kNone,
    kTable,      // Points to a table of the next level.
    kPresent,    // Maps a folio: a page at the PTE level, a huge one at the PMD level.
    kMigration,  // The folio is being moved elsewhere.
    kSwap,       // The page is in swap slot `swap`.
    kMarker,     // A guard region.
    kPoison,     // Of a table that was freed.
  };

  Kind kind = Kind::kNone;
  bool write = false;
  bool dirty = false;
  bool young = false;
  bool protnone = false;  // A hinting fault is wanted.
  page_table* table = nullptr;
  folio* page = nullptr;
  unsigned long swap = 0;

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
  unsigned long start;  // First address that it covers; changes when the table is moved.
  spinlock lock;        // Used at the PTE and PMD levels only.
  std::array<pt_slot, kEntries> slots;
  const Task* revalidated_by = nullptr;  // Who asked the entry above again, under `lock`.
  bool detached = false;                 // No entry points to it any more.
  bool freed = false;
};

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_PAGE_TABLE_TYPES_H_
