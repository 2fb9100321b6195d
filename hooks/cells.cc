#include "hooks/cells.h"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>

namespace lockdep::hooks {
namespace {

constexpr size_t kChunkSize = size_t{1} << 16;

// What threads had too much of.  Taken only as a whole, so that no thread can
// be fooled by a cell that left the list and came back.
constinit std::atomic<void*> shared_cells{nullptr};

}  // namespace

void* MapPages(size_t bytes, Pages pages) {
  const int saved_errno = errno;
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (pages == Pages::kReserve ? MAP_NORESERVE : 0);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, /*fd=*/-1, 0);
  errno = saved_errno;
  return memory == MAP_FAILED ? nullptr : memory;
}

void* Cells::Allocate() {
  if (free_ == nullptr) {
    free_ = static_cast<FreeCell*>(shared_cells.exchange(nullptr, std::memory_order_acquire));
    free_count_ = 0;  // Unknown and unimportant: it only delays sharing.
  }
  if (free_ != nullptr) {
    FreeCell* cell = free_;
    free_ = cell->next;
    if (free_count_ > 0) --free_count_;
    return cell;
  }
  if (fresh_count_ == 0) {
    void* chunk = MapPages(kChunkSize, Pages::kCommit);
    if (chunk == nullptr) return nullptr;
    fresh_ = static_cast<char*>(chunk);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    fresh_count_ = kChunkSize / kCellSize;
  }
  return fresh_ + --fresh_count_ * kCellSize;
}

void Cells::Free(void* memory) {
  auto* cell = static_cast<FreeCell*>(memory);
  if (free_count_ == kKeep) {
    FreeCell* first = free_;
    FreeCell* last = first;
    while (last->next != nullptr) last = last->next;
    free_ = nullptr;
    free_count_ = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    Share(first, last);
  }
  cell->next = free_;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  free_ = cell;
  ++free_count_;
}

void Cells::GiveBack(void* memory) {
  auto* cell = static_cast<FreeCell*>(memory);
  Share(cell, cell);
}

void Cells::Share(FreeCell* first, FreeCell* last) {
  void* head = shared_cells.load(std::memory_order_relaxed);
  do {
    last->next = static_cast<FreeCell*>(head);
  } while (!shared_cells.compare_exchange_weak(head, first, std::memory_order_release,
                                               std::memory_order_relaxed));
}

}  // namespace lockdep::hooks
