#include "lockdep/internal/stack_depot.h"

#include <algorithm>

namespace lockdep::internal {
namespace {

uint64_t Hash(std::span<const uintptr_t> pcs) {
  uint64_t hash = pcs.size();
  for (const uintptr_t pc : pcs) {
    hash = (hash ^ pc) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

struct StackDepot::Entry {
  uint64_t hash;
  Entry* next_in_bucket;
  StackId id;
  uint32_t count;
  uintptr_t pcs[1];

  std::span<const uintptr_t> span() const { return {pcs, count}; }
};

StackDepot::PutResult StackDepot::Put(std::span<const uintptr_t> pcs) {
  if (size_ == capacity_ && !Grow()) return {StackId::kNone, false};
  const uint64_t hash = Hash(pcs);
  Entry** bucket = &buckets_[hash & (capacity_ - 1)];
  for (Entry* entry = *bucket; entry != nullptr; entry = entry->next_in_bucket) {
    if (entry->hash == hash && std::ranges::equal(entry->span(), pcs)) return {entry->id, false};
  }
  auto* entry =
      static_cast<Entry*>(arena_.Allocate(sizeof(Entry) + pcs.size() * sizeof(uintptr_t)));
  if (entry == nullptr) return {StackId::kNone, false};
  entry->hash = hash;
  entry->next_in_bucket = *bucket;
  entry->count = static_cast<uint32_t>(pcs.size());
  std::ranges::copy(pcs, entry->pcs);
  by_id_[size_++] = entry;
  entry->id = static_cast<StackId>(size_);
  *bucket = entry;
  return {entry->id, true};
}

std::span<const uintptr_t> StackDepot::Get(StackId id) const {
  return by_id_[static_cast<uint32_t>(id) - 1]->span();
}

bool StackDepot::Grow() {
  const uint32_t capacity = capacity_ == 0 ? 256 : capacity_ * 2;
  auto** by_id = arena_.NewArray<Entry*>(capacity);
  auto** buckets = arena_.NewArray<Entry*>(capacity);
  if (by_id == nullptr || buckets == nullptr) return false;
  for (uint32_t i = 0; i < size_; ++i) {
    Entry* entry = by_id[i] = by_id_[i];
    Entry** bucket = &buckets[entry->hash & (capacity - 1)];
    entry->next_in_bucket = *bucket;
    *bucket = entry;
  }
  by_id_ = by_id;
  buckets_ = buckets;
  capacity_ = capacity;
  return true;
}

}  // namespace lockdep::internal
