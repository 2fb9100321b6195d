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
  for (uint64_t offset = key;; offset += sizeof(Slot)) {
    const ChainKey found = table.At(offset).load(std::memory_order_relaxed);
    if (found == key) return;
    if (found != 0) continue;
    // Release: see Contains.
    return table.At(offset).store(key, std::memory_order_release);
  }
}

ChainCache::InsertResult ChainCache::Insert(ChainKey key) {
  if (table_.load(std::memory_order_relaxed) == &closed_ || Contains(key)) {
    return InsertResult::kPresent;
  }
  if (!MakeRoom()) return InsertResult::kOutOfMemory;
  Place(*table_.load(std::memory_order_relaxed), key);
  if (next_ != nullptr) Place(*next_, key);
  ++size_;
  return InsertResult::kInserted;
}

void ChainCache::Clear() {
  Table* table = table_.load(std::memory_order_relaxed);
  if (table == &empty_ || table == &closed_) return;
  for (Table* one : {table, next_}) {
    for (uint64_t i = 0; one != nullptr && i < one->size(); ++i) {
      one->slots[i].store(0, std::memory_order_relaxed);
    }
  }
  size_ = 0;
}

ChainCache::Table* ChainCache::NewTable(uint64_t slots) {
  auto* table = static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(Slot)));
  if (table != nullptr) table->mask = (slots - 1) * sizeof(Slot);
  return table;
}

bool ChainCache::MakeRoom() {
  constexpr uint64_t kFirstSlots = 1024;
  const Table* table = table_.load(std::memory_order_relaxed);
  if (table == &empty_) {
    Table* first = NewTable(kFirstSlots);
    if (first != nullptr) table_.store(first, std::memory_order_release);
    return first != nullptr;
  }
  if (next_ == nullptr && (size_ + 1) * 4 > table->size()) {
    next_ = NewTable(table->size() * 2);
    moved_ = 0;
    if (next_ == nullptr) return false;
  }
  if (next_ != nullptr) MoveSome(*table);
  return true;
}

// So many that all are moved before the table is much fuller than it was.
void ChainCache::MoveSome(const Table& table) {
  constexpr uint64_t kSlots = 16;
  for (const uint64_t end = moved_ + kSlots; moved_ < end; ++moved_) {
    const ChainKey key = table.slots[moved_].load(std::memory_order_relaxed);
    if (key != 0) Place(*next_, key);
  }
  if (moved_ < table.size()) return;
  table_.store(next_, std::memory_order_release);
  next_ = nullptr;
}

}  // namespace lockdep
