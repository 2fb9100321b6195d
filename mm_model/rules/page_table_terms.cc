#include "mm_model/rules/page_table_terms.h"

#include <algorithm>

namespace mm_model {
namespace {

void Asks(const void* object) { AlsoTouches(object, AccessMode::kShared); }

const vm_area_struct* VmaOf(const vm_area_struct* item) { return item; }
const vm_area_struct* VmaOf(const anon_vma_chain* item) { return item->vma; }

template <typename Tree>
bool ComesFirst(const Tree& tree, const PtMove& move) {
  for (const auto& node : tree.peek()) {
    if (VmaOf(node.item) == move.from) return true;
    if (VmaOf(node.item) == move.to) return false;
  }
  return true;
}

}  // namespace

AddressSpan SpanOf(const pt_slot& slot) {
  const page_table& table = *slot.in;
  const auto index = static_cast<unsigned long>(&slot - table.slots.data());
  const unsigned long start = table.start + index * table.entry_size();
  return {start, start + table.entry_size()};
}

bool IsUnreachable(const pt_slot& slot) {
  const mm_struct& mm = *slot.in->mm;
  if (slot.in->detached) return true;
  const bool closed = IsHeld(mm.mmap_lock.dep_map(), lockdep::HeldMode::kWrite);
  bool reachable = false;
  ForEachVmaOf(slot, [&](const vm_area_struct& vma) {
    Asks(&vma.shared_rb);
    Asks(&vma.anon_vma_chain);
    const bool in_rmap = vma.shared_rb.peek() || !vma.anon_vma_chain.peek().empty();
    const bool in_tree = mm.mm_mt.peek().contains(const_cast<vm_area_struct*>(&vma));
    reachable |= in_rmap || (in_tree && !closed);
  });
  Asks(&mm.mm_mt);
  return !reachable;
}

bool IsEmptyBelow(const pt_slot& slot) {
  const page_table* const below = slot.entry.table;
  if (below == nullptr) return true;
  return std::all_of(below->slots.begin(), below->slots.end(), [](const pt_slot& entry) {
    Asks(&entry);
    return entry.entry.none();
  });
}

bool SourceIsFirst(const PtMove& move) {
  const file* const of = move.from->vm_file.peek();
  if (of != nullptr && !ComesFirst(of->f_mapping->i_mmap, move)) return false;
  const auto& chains = move.from->anon_vma_chain.peek();
  return std::all_of(chains.begin(), chains.end(),
                     [&](const anon_vma_chain* avc) { return ComesFirst(avc->av->rb_root, move); });
}

}  // namespace mm_model
