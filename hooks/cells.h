// Memory of the hooks: cells of one size, from mmap, never from malloc (which
// may be the caller).  Cells are reused, never given back to the kernel.
//
// Thread safety: a Cells object belongs to one thread and is used only inside
// an open HookScope, which a signal handler cannot open a second time.  If it
// jumps out of one, cells are lost, but none is given out twice.
// GiveBack may be called by anybody.
// Cost: a pop or a push on a list of the thread's own.

#ifndef LOCKDEP_HOOKS_CELLS_H_
#define LOCKDEP_HOOKS_CELLS_H_

#include <cstddef>
#include <cstdint>

namespace lockdep::hooks {

inline constexpr size_t kCellSize = 128;

class Cells {
 public:
  // Returns a cell with undefined content, or null when memory ended.
  void* Allocate();

  // REQUIRES: `cell` came from some Allocate.
  void Free(void* cell);

  // Free for who has no Cells at hand.
  static void GiveBack(void* cell);

 private:
  struct FreeCell {
    FreeCell* next;
  };

  // A thread that frees more than it allocates shares from here on.
  static constexpr uint32_t kKeep = 256;

  static void Share(FreeCell* first, FreeCell* last);

  FreeCell* free_ = nullptr;
  uint32_t free_count_ = 0;
  char* fresh_ = nullptr;  // The newest chunk; its first `fresh_count_` cells were never used.
  size_t fresh_count_ = 0;
};

// Zeroed pages of our own; null when memory ended.  `reserve`: costs address
// space only, until it is touched.
enum class Pages : uint8_t { kCommit, kReserve };
void* MapPages(size_t bytes, Pages pages);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_CELLS_H_
