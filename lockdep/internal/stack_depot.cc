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

StackDepot::PutResult StackDepot::Put(std::span<const uintptr_t> pcs) {
  const uint64_t hash = Hash(pcs);
  const Entry* known = entries_.Find(hash, [&](const Entry& entry) {
    return entry.hash == hash && std::ranges::equal(entry.span(), pcs);
  });
  if (known != nullptr) return {known->id, false};
  auto* entry =
      entries_.Reserve()
          ? static_cast<Entry*>(arena_.Allocate(sizeof(Entry) + pcs.size() * sizeof(uintptr_t)))
          : nullptr;
  Entry** place = entry == nullptr ? nullptr : by_id_.Append();
  if (place == nullptr) return {StackId::kNone, false};
  entry->hash = hash;
  entry->count = static_cast<uint32_t>(pcs.size());
  std::ranges::copy(pcs, entry->pcs);
  entry->id = static_cast<StackId>(by_id_.size());
  *place = entry;
  entries_.Insert(entry);
  return {entry->id, true};
}

std::span<const uintptr_t> StackDepot::Get(StackId id) const {
  return by_id_[static_cast<uint32_t>(id) - 1]->span();
}

}  // namespace lockdep::internal
