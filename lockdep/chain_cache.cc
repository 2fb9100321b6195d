#include "lockdep/chain_cache.h"

namespace lockdep {
namespace {

template <typename Table>
void Place(Table& table, ChainKey key) {
  uint64_t slot = key >> 8;
  while (table.slots[slot & table.mask].load(std::memory_order_relaxed) != 0) ++slot;
  // Release: see Contains.
  table.slots[slot & table.mask].store(key, std::memory_order_release);
}

}  // namespace

ChainCache::InsertResult ChainCache::Insert(ChainKey key) {
  if (Contains(key)) return InsertResult::kPresent;
  const Table* table = table_.load(std::memory_order_relaxed);
  if ((table == nullptr || size_ >= table->mask / 2) && !Grow()) return InsertResult::kOutOfMemory;
  Place(*table_.load(std::memory_order_relaxed), key);
  ++size_;
  return InsertResult::kInserted;
}

void ChainCache::Clear() {
  Table* table = table_.load(std::memory_order_relaxed);
  for (uint64_t i = 0; table != nullptr && i <= table->mask; ++i) {
    table->slots[i].store(0, std::memory_order_relaxed);
  }
  size_ = 0;
}

bool ChainCache::Grow() {
  const Table* old = table_.load(std::memory_order_relaxed);
  const uint64_t slots = old == nullptr ? 1024 : (old->mask + 1) * 2;
  auto* table =
      static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(std::atomic<ChainKey>)));
  if (table == nullptr) return false;
  table->mask = slots - 1;
  for (uint64_t i = 0; old != nullptr && i <= old->mask; ++i) {
    const ChainKey key = old->slots[i].load(std::memory_order_relaxed);
    if (key != 0) Place(*table, key);
  }
  table_.store(table, std::memory_order_release);
  return true;
}

}  // namespace lockdep
