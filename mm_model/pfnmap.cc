// Looking up what is mapped, for a driver or a hypervisor.  Follows linux 7.0 mm/memory.c:
// follow_pfnmap_start, follow_pfnmap_end.

#include "mm_model/mm_ops.h"

namespace mm_model {
namespace {

// Returns whether a huge page is mapped there; its lock is held then.
bool StartAtPmd(follow_pfnmap_args* args, mm_struct* mm, bool ask_again) {
  pt_entry entry = ptep_get(args->pmd);
  if (!entry.present()) return false;
  args->pml = pmd_lock(mm, args->pmd);
  if (ask_again) entry = ptep_get(args->pmd);
  if (entry.present()) {
    args->page = entry.page;
    return true;
  }
  pmd_unlock(args->pml, args->pmd);
  args->pml = nullptr;
  return false;
}

}  // namespace

follow_pfnmap_args follow_pfnmap_start(vm_area_struct* vma, unsigned long address, bool ask_again) {
  mm_struct* const mm = vma->vm_mm;
  follow_pfnmap_args args{.pmd = pmd_off(mm, address)};
  if (args.pmd == nullptr || StartAtPmd(&args, mm, ask_again)) return args;
  args.locked = pte_offset_map_lock(mm, args.pmd, address);
  if (args.locked.pte == nullptr) return args;
  const pt_entry entry = ptep_get(args.locked.pte);
  if (entry.present()) {
    args.page = entry.page;
  } else {
    pte_unmap_unlock(args.locked);
  }
  return args;
}

void follow_pfnmap_end(const follow_pfnmap_args& args) {
  if (args.page == nullptr) return;
  if (args.pml != nullptr) return pmd_unlock(args.pml, args.pmd);
  pte_unmap_unlock(args.locked);
}

}  // namespace mm_model
