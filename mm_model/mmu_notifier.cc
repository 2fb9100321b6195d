// Those who want to hear of changes of an address space.  Follows linux 7.0
// mm/mmu_notifier.c (__mmu_notifier_register) and mm/vma.c (mm_take_all_locks).
// Nobody is told of anything: what the locks keep still is modelled.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using Vmas = std::span<vm_area_struct* const>;

// Each once, however many VMAs share it.
struct AllLocks {
  std::pmr::vector<address_space*> mappings{machine().memory()};
  std::pmr::vector<anon_vma*> roots{machine().memory()};
};

template <typename T>
void AddOnce(std::pmr::vector<T*>* list, T* item) {
  if (std::find(list->begin(), list->end(), item) == list->end()) list->push_back(item);
}

AllLocks* LocksOf(Vmas vmas) {
  auto* const locks = machine().New<AllLocks>();
  for (const vm_area_struct* vma : vmas) {
    if (const file* const of = vma->vm_file) AddOnce(&locks->mappings, of->f_mapping);
    if (const anon_vma* const av = vma->anon_vma) AddOnce(&locks->roots, av->root);
  }
  const auto hugetlb_first = [](const address_space* mapping) { return mapping->host->is_hugetlb; };
  std::stable_partition(locks->mappings.begin(), locks->mappings.end(), hugetlb_first);
  return locks;
}

// All VMAs, then all files, hugetlbfs before the rest, then all anonymous memory.
AllLocks* mm_take_all_locks(mm_struct* mm, Vmas vmas) {
  mutex_lock(&globals().mm_all_locks_mutex);
  for (vm_area_struct* vma : vmas) vma_start_write(vma);
  AllLocks* const locks = LocksOf(vmas);
  for (address_space* mapping : locks->mappings) i_mmap_lock_write_nested(mapping, mm);
  for (anon_vma* root : locks->roots) anon_vma_lock_write_nested(root, mm);
  return locks;
}

void mm_drop_all_locks(const AllLocks& locks) {
  for (anon_vma* root : locks.roots) anon_vma_unlock_write(root);
  for (address_space* mapping : locks.mappings) i_mmap_unlock_write(mapping);
  mutex_unlock(&globals().mm_all_locks_mutex);
}

}  // namespace

void mmu_notifier_register(mm_struct* mm) {
  mmap_write_lock(mm);
  const auto vmas = mm->mm_mt.read().Items(machine().memory());
  const AllLocks* const locks = mm_take_all_locks(mm, vmas);
  mm->notifier_subscriptions = mm->notifier_subscriptions + 1;
  mm_drop_all_locks(*locks);
  mmap_write_unlock(mm);
}

}  // namespace mm_model
