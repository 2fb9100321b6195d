#include "lockdep/lock_class.h"

#include <bit>

namespace lockdep {
namespace {

uint64_t Hash(ClassKey key, uint8_t subclass) {
  const uint64_t mixed = (key.value ^ uint64_t{subclass} << 56) * 0x9e3779b97f4a7c15u;
  return mixed ^ mixed >> 29;
}

bool Matches(const LockClass& lock_class, ClassKey key, uint8_t subclass) {
  return lock_class.key == key && lock_class.subclass == subclass;
}

}  // namespace

const LockClass* ClassRegistry::Find(ClassKey key, uint8_t subclass) const {
  const Table* table = table_.load(std::memory_order_acquire);
  if (table == nullptr) return nullptr;
  for (uint64_t slot = Hash(key, subclass);; ++slot) {
    const LockClass* found = table->slots[slot & table->mask].load(std::memory_order_acquire);
    if (found == nullptr || Matches(*found, key, subclass)) return found;
  }
}

const LockClass* ClassRegistry::Register(const LockMap& map, uint8_t subclass, bool* is_new) {
  *is_new = false;
  if (const LockClass* found = Find(map.key, subclass)) return found;
  if (!ReserveSlot()) return nullptr;
  LockClass* made = NewClass();
  if (made == nullptr) return nullptr;
  made->key = map.key;
  made->subclass = subclass;
  made->kind = map.kind;
  made->origin_kind = map.origin_kind;
  made->name = map.name;
  made->origin = map.origin;
  made->first_instance = map.address;

  Table* table = table_.load(std::memory_order_relaxed);
  uint64_t slot = Hash(map.key, subclass);
  while (table->slots[slot & table->mask].load(std::memory_order_relaxed) != nullptr) ++slot;
  table->slots[slot & table->mask].store(made, std::memory_order_release);
  *is_new = true;
  return made;
}

const LockClass& ClassRegistry::Get(ClassId id) const {
  const uint32_t index = static_cast<uint32_t>(id) - 1 + (1u << kFirstBlockBits);
  const unsigned block = std::bit_width(index) - 1 - kFirstBlockBits;
  return blocks_[block].load(std::memory_order_acquire)[index - (1u << (block + kFirstBlockBits))];
}

LockClass* ClassRegistry::NewClass() {
  const uint32_t size = size_.load(std::memory_order_relaxed);
  const uint32_t index = size + (1u << kFirstBlockBits);
  const unsigned block = std::bit_width(index) - 1 - kFirstBlockBits;
  if (block >= kBlocks) return nullptr;
  const uint32_t block_size = 1u << (block + kFirstBlockBits);
  if (blocks_[block].load(std::memory_order_relaxed) == nullptr) {
    auto* classes = arena_.NewArray<LockClass>(block_size);
    if (classes == nullptr) return nullptr;
    blocks_[block].store(classes, std::memory_order_release);
  }
  LockClass* made = &blocks_[block].load(std::memory_order_relaxed)[index - block_size];
  made->id = static_cast<ClassId>(size + 1);
  size_.store(size + 1, std::memory_order_release);
  return made;
}

bool ClassRegistry::ReserveSlot() {
  const Table* old = table_.load(std::memory_order_relaxed);
  if (old != nullptr && size() < old->mask / 2) return true;
  const uint64_t slots = old == nullptr ? 512 : (uint64_t{old->mask} + 1) * 2;
  auto* table =
      static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(std::atomic<LockClass*>)));
  if (table == nullptr) return false;
  table->mask = static_cast<uint32_t>(slots - 1);
  for (uint32_t i = 1; i <= size(); ++i) {
    const LockClass& moved = Get(static_cast<ClassId>(i));
    uint64_t slot = Hash(moved.key, moved.subclass);
    while (table->slots[slot & table->mask].load(std::memory_order_relaxed) != nullptr) ++slot;
    table->slots[slot & table->mask].store(const_cast<LockClass*>(&moved),
                                           std::memory_order_relaxed);
  }
  table_.store(table, std::memory_order_release);
  return true;
}

}  // namespace lockdep
