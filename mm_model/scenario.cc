#include "mm_model/scenario.h"

#include "mm_model/museum/museum.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"

namespace mm_model {

void SetUp(AddressSpace& space) {
  using A = AddressSpace;
  machine().globals = machine().New<Globals>();
  auto* const node = machine().New<inode>(machine().New<super_block>());
  node->i_size.Reset(A::kBytes);
  space.data = machine().New<file>(node);
  space.mm = machine().New<mm_struct>();
  globals().task_mm.Reset(space.mm);
  vm_mmap_pgoff(space.mm, nullptr, A::kAnon, A::kBytes, A::kFlags, 0);
  vm_mmap_pgoff(space.mm, space.data, A::kPrivate, A::kBytes, A::kFlags, 0);
  vm_mmap_pgoff(space.mm, space.data, A::kShared, A::kBytes, A::kFlags | VM_SHARED, 0);
}

bool AccessUser(mm_struct* mm, unsigned long address, Access access) {
  const bool write = access == Access::kWrite;
  const unsigned flags = write ? FAULT_FLAG_WRITE : 0;
  while (!user_access(mm, address, write)) {
    if ((do_user_addr_fault(mm, address, flags) & VM_FAULT_ERROR) != 0) return false;
  }
  return true;
}

void MapHugetlbFile(AddressSpace& space, unsigned long address) {
  auto* const node = machine().New<inode>(space.data->f_inode->i_sb, true);
  node->i_size.Reset(PMD_SIZE);
  space.huge = machine().New<file>(node);
  hugetlb_mmap(space.mm, space.huge, address);
}

const std::vector<Scenario>& AllScenarios() {
  static const auto& scenarios = *new std::vector<Scenario>([] {
    std::vector<Scenario> all;
    for (const auto& family : {FaultScenarios(), MappingScenarios(), FileScenarios(),
                               MemoryScenarios(), ServiceScenarios(), BrokenScenarios()}) {
      all.insert(all.end(), family.begin(), family.end());
    }
    return all;
  }());
  return scenarios;
}

const Scenario* FindScenario(std::string_view name) {
  const auto has_name = [&](const Scenario& scenario) { return scenario.name == name; };
  for (const Scenario& scenario : AllScenarios()) {
    if (has_name(scenario)) return &scenario;
  }
  for (const auto* const pieces : {&AllMuseumPieces(), &AllConsequences()}) {
    for (const MuseumPiece& piece : *pieces) {
      if (has_name(piece.broken)) return &piece.broken;
      if (has_name(piece.fixed)) return &piece.fixed;
    }
  }
  return nullptr;
}

}  // namespace mm_model
