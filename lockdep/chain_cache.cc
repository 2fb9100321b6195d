#include "lockdep/chain_cache.h"

namespace lockdep {

constinit ChainCache::Table ChainCache::empty_{};
constinit ChainCache::Table ChainCache::closed_{};

bool ChainCache::Contains(ChainKey key) const {
  const Table* table = table_.load(std::memory_order_acquire);
  for (uint64_t offset = key;; offset += sizeof(Slot)) {
    const ChainKey found = table->At(offset).load(std::memory_order_acquire);
    if (found == key || found == 0) return found == key;
  }
}

void ChainCache::Place(Table& table, ChainKey key) {
  uint64_t offset = key;
  while (table.At(offset).load(std::memory_order_relaxed) != 0) offset += sizeof(Slot);
  // Release: see Contains.
  table.At(offset).store(key, std::memory_order_release);
}

ChainCache::InsertResult ChainCache::Insert(ChainKey key) {
  const Table* table = table_.load(std::memory_order_relaxed);
  if (table == &closed_ || Contains(key)) return InsertResult::kPresent;
  if ((size_ + 1) * 4 > table->size() && !Grow()) return InsertResult::kOutOfMemory;
  Place(*table_.load(std::memory_order_relaxed), key);
  ++size_;
  return InsertResult::kInserted;
}

void ChainCache::Clear() {
  Table* table = table_.load(std::memory_order_relaxed);
  if (table == &empty_ || table == &closed_) return;
  for (uint64_t i = 0; i < table->size(); ++i) table->slots[i].store(0, std::memory_order_relaxed);
  size_ = 0;
}

bool ChainCache::Grow() {
  const Table* old = table_.load(std::memory_order_relaxed);
  const uint64_t slots = old == &empty_ ? 1024 : old->size() * 2;
  auto* table = static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(Slot)));
  if (table == nullptr) return false;
  table->mask = (slots - 1) * sizeof(Slot);
  for (uint64_t i = 0; i < old->size(); ++i) {
    const ChainKey key = old->slots[i].load(std::memory_order_relaxed);
    if (key != 0) Place(*table, key);
  }
  table_.store(table, std::memory_order_release);
  return true;
}

}  // namespace lockdep
