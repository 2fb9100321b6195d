// The reverse mapping of anonymous memory: anon_vma and its chains.
// Follows linux 7.0 mm/rmap.c.  A new anon_vma is never shared with a neighbour
// (find_mergeable_anon_vma), and none is used again by a child.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"

namespace mm_model {
namespace {

// The chains of a VMA as they are now.
std::span<anon_vma_chain* const> ChainsOf(const vm_area_struct* vma) {
  const auto& chains = vma->anon_vma_chain.read();
  auto* const copy = machine().New<std::pmr::vector<anon_vma_chain*>>(chains, machine().memory());
  return *copy;
}

void InsertInto(anon_vma* av, anon_vma_chain* avc) {
  av->published = true;
  av->rb_root.write().insert(vma_start_pgoff(avc->vma), vma_last_pgoff(avc->vma), avc);
}

void anon_vma_chain_link(vm_area_struct* vma, anon_vma* av) {
  auto* const avc = machine().New<anon_vma_chain>();
  avc->vma = vma;
  avc->av = av;
  vma->anon_vma_chain.write().push_back(avc);
  InsertInto(av, avc);
}

}  // namespace

void __anon_vma_prepare(vm_area_struct* vma) {
  mm_struct* const mm = vma->vm_mm;
  auto* const av = machine().New<anon_vma>(nullptr);
  anon_vma_lock_write(av);
  spin_lock(&mm->page_table_lock);
  if (!vma->anon_vma) {
    vma->anon_vma = av;
    anon_vma_chain_link(vma, av);
    av->num_active_vmas += 1;
    av->num_children += 1;  // A root is its own parent.
  }
  spin_unlock(&mm->page_table_lock);
  anon_vma_unlock_write(av);
}

void anon_vma_clone(vm_area_struct* dst, const vm_area_struct* src) {
  anon_vma* const active = src->anon_vma;
  if (active == nullptr) return;
  anon_vma_lock_write(active);
  // A fork's copy first; the child gets an anon_vma of its own after it.
  const bool same_mm = dst->vm_mm == src->vm_mm;
  for (const anon_vma_chain* avc : ChainsOf(src)) anon_vma_chain_link(dst, avc->av);
  if (same_mm) {
    dst->anon_vma = active;
    active->num_active_vmas += 1;
  }
  anon_vma_unlock_write(active);
}

void anon_vma_fork(vm_area_struct* vma, const vm_area_struct* parent) {
  anon_vma* const parents = parent->anon_vma;
  if (parents == nullptr) return;
  anon_vma_clone(vma, parent);
  auto* const av = machine().New<anon_vma>(parents->root);
  av->parent = parents;
  av->num_active_vmas += 1;
  vma->anon_vma = av;
  anon_vma_lock_write(av);
  anon_vma_chain_link(vma, av);
  parents->num_children += 1;
  anon_vma_unlock_write(av);
}

void unlink_anon_vmas(vm_area_struct* vma) {
  anon_vma* const active = vma->anon_vma;
  if (active == nullptr) return;
  anon_vma_lock_write(active);
  for (anon_vma_chain* avc : ChainsOf(vma)) avc->av->rb_root.write().erase(avc);
  active->num_active_vmas -= 1;
  if (active->num_active_vmas == 0) {  // It goes with its last VMA.
    anon_vma* const parent = active->parent == nullptr ? active : active->parent;
    parent->num_children -= 1;
  }
  vma->anon_vma = nullptr;
  vma->anon_vma_chain.write().clear();
  anon_vma_unlock_write(active);
}

void anon_vma_interval_tree_pre_update_vma(vm_area_struct* vma) {
  for (anon_vma_chain* avc : ChainsOf(vma)) avc->av->rb_root.write().erase(avc);
}

void anon_vma_interval_tree_post_update_vma(vm_area_struct* vma) {
  for (anon_vma_chain* avc : ChainsOf(vma)) InsertInto(avc->av, avc);
}

}  // namespace mm_model
