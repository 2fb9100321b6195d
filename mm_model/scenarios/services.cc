// Kernel services on address spaces: huge pages, KSM, userfaultfd, NUMA, /proc,
// memory failure, the OOM reaper, writeback, exec.

#include "mm_model/services.h"

#include "mm_model/mm_locks.h"
#include "mm_model/scenario.h"

namespace mm_model {
namespace {

using A = AddressSpace;

constexpr unsigned long kTable = A::kFree + 6 * PMD_SIZE;
constexpr unsigned long kHuge = A::kFree + 7 * PMD_SIZE;

// An anonymous mapping that a huge page can hold.
void MapTable(A& space) { vm_mmap_pgoff(space.mm, nullptr, kTable, PMD_SIZE, A::kFlags, 0); }

void UseTable(A& space) { AccessUser(space.mm, kTable, Access::kWrite); }

void DropTable(A& space) {
  UseTable(space);
  madvise_dontneed(space.mm, kTable, PMD_SIZE);
}

void UseAndCollapse(A& space) {
  UseTable(space);
  collapse_huge_page(space.mm, kTable);
}

// Copied, written, made read-only in part, moved, and unmapped in two parts.
void UseHugePage(A& space) {
  UseAndCollapse(space);
  mm_struct* const child = dup_mm(space.mm);
  AccessUser(child, kTable + PAGE_SIZE, Access::kWrite);
  do_mprotect_pkey(child, kTable, PMD_SIZE, VM_READ);
  do_mremap(space.mm, kTable, PMD_SIZE, kTable + 4 * PMD_SIZE);
  __vm_munmap(space.mm, kTable + 4 * PMD_SIZE + 2 * PAGE_SIZE, PMD_SIZE - 2 * PAGE_SIZE);
  do_mprotect_pkey(space.mm, kTable + 4 * PMD_SIZE, PAGE_SIZE, VM_READ);
  exit_mmap(child);
}

void Retract(A& space) {
  AccessUser(space.mm, A::kShared, Access::kRead);
  unmap_mapping_range(space.data->f_mapping, 0, A::kPages);
  retract_page_tables(space.data->f_mapping);
}

constexpr unsigned long kLarge = A::kFree + 8 * PMD_SIZE;

// A file that a huge page can hold, all of it mapped and cached.
void MapLargeFile(A& space) {
  auto* const node = machine().New<inode>(space.data->f_inode->i_sb);
  node->i_size.Reset(PMD_SIZE);
  space.data = machine().New<file>(node);
  vm_mmap_pgoff(space.mm, space.data, kLarge, PMD_SIZE, A::kFlags | VM_SHARED, 0);
  for (unsigned long at = 0; at < PMD_SIZE; at += PAGE_SIZE) {
    AccessUser(space.mm, kLarge + at, Access::kRead);
  }
}

void CollapseFile(A& space) { collapse_file(space.data->f_mapping, 0); }
void WriteLarge(A& space) { AccessUser(space.mm, kLarge + PAGE_SIZE, Access::kWrite); }

void FaultShared(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }

folio* FolioAt(const A& space, unsigned long address) {
  folio* const page = get_user_page(space.mm, address, true);
  if (page != nullptr) unpin_user_page(page);
  return page;
}

void SplitFolios(A& space) {
  if (folio* const page = FolioAt(space, A::kAnon)) split_folio(page);
  if (folio* const page = FolioAt(space, A::kShared)) split_folio(page);
}

void MergePages(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  ksm_try_to_merge(space.mm, A::kAnon);
  AccessUser(space.mm, A::kAnon, Access::kWrite);
}

void Userfaultfd(A& space) {
  auto* const ctx = machine().New<userfaultfd_ctx>();
  userfaultfd_register(space.mm, A::kAnon, ctx);
  mfill_atomic(space.mm, A::kAnon + PAGE_SIZE, ctx);
}

void UffdMove(A& space) {
  auto* const ctx = machine().New<userfaultfd_ctx>();
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  AccessUser(space.mm, kTable, Access::kWrite);
  move_pages(space.mm, kTable + PAGE_SIZE, A::kAnon, ctx);
  AccessUser(space.mm, kTable + PAGE_SIZE, Access::kRead);
}

void Numa(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  task_numa_work(space.mm);
  AccessUser(space.mm, A::kAnon, Access::kRead);
}

void Mbind(A& space) { do_mbind(space.mm, A::kAnon, "interleave"); }

void Maps(A& space) { show_maps(space.mm); }

void Smaps(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  show_smaps(space.mm);
}

void Fail(A& space) {
  if (folio* const page = FolioAt(space, A::kShared)) memory_failure(page);
}

void Reap(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  oom_reap_task_mm(space.mm);
}

void WriteFile(A& space) {
  AccessUser(space.mm, A::kShared, Access::kRead);
  generic_file_write_iter(space.data, space.mm, A::kAnon);
}

// A stack of one page, with room to grow.
constexpr unsigned long kStack = A::kFree + 2 * PAGE_SIZE;

void MapStack(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kStack, PAGE_SIZE, A::kFlags | VM_GROWSDOWN, 0);
}

void WriteFileFromStack(A& space) {
  AccessUser(space.mm, A::kShared, Access::kRead);
  generic_file_write_iter(space.data, space.mm, kStack - PAGE_SIZE);
}

void Writeback(A& space) {
  AccessUser(space.mm, A::kShared, Access::kWrite);
  write_cache_page(space.data->f_mapping, 0);
}

void DropCaches(A& space) {
  AccessUser(space.mm, A::kShared, Access::kRead);
  madvise_dontneed(space.mm, A::kShared, A::kBytes);
  drop_pagecache(space.data->f_inode);
}

void Unmount(A& /*space*/) {
  auto* const sb = machine().New<super_block>();
  machine().New<inode>(sb);
  generic_shutdown_super(sb);
}

void UffdFork(A& space) {
  auto* const ctx = machine().New<userfaultfd_ctx>();
  userfaultfd_register(space.mm, A::kAnon, ctx);
  space.child = dup_mm(space.mm);
  mfill_atomic(space.mm, A::kAnon + PAGE_SIZE, ctx);
}

void Exec(A& space) {
  mm_struct* const mm = setup_arg_pages(A::kFree + 4 * PAGE_SIZE, 2 * PAGE_SIZE);
  elf_load(mm, space.data, A::kFree);
  exec_mmap(space.mm, mm);
  AccessUser(mm, A::kFree + 2 * PAGE_SIZE, Access::kRead);
}

void SetMm(A& space) {
  prctl_set_mm(space.mm, A::kAnon);
  replace_mm_exe_file(space.mm, space.data);
}

void ReadProc(A& space) {
  get_mm_cmdline(space.mm);
  get_mm_exe_file(space.mm);
}

void RegisterNotifier(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmu_notifier_register(space.mm);
}

void HitBreakpoint(A& space) { find_active_uprobe(space.mm, A::kPrivate + PAGE_SIZE); }

void MapHugetlb(A& space) { MapHugetlbFile(space, kHuge); }

void UseHugetlb(A& space) { AccessUser(space.mm, kHuge, Access::kWrite); }

void UnmapHugetlb(A& space) {
  UseHugetlb(space);
  __vm_munmap(space.mm, kHuge, PMD_SIZE);
}

void PunchHugetlb(A& space) { hugetlbfs_punch_hole(space.huge); }

constexpr ScenarioTask kCollapse[] = {{"khugepaged", UseAndCollapse}, {"fault", UseTable}};
constexpr ScenarioTask kDropTable[] = {{"madvise", DropTable}, {"fault", UseTable}};
constexpr ScenarioTask kCollapseFile[] = {{"khugepaged", CollapseFile}, {"user", WriteLarge}};
constexpr ScenarioTask kHugePage[] = {{"user", UseHugePage}};
constexpr ScenarioTask kRetract[] = {{"khugepaged", Retract}, {"fault", FaultShared}};
constexpr ScenarioTask kSplit[] = {{"split", SplitFolios}};
constexpr ScenarioTask kKsm[] = {{"ksmd", MergePages}};
constexpr ScenarioTask kUffd[] = {{"uffd", Userfaultfd}};
constexpr ScenarioTask kUffdMove[] = {{"uffd", UffdMove}};
constexpr ScenarioTask kNuma[] = {{"numa", Numa}};
constexpr ScenarioTask kMbind[] = {{"mbind", Mbind}};
constexpr ScenarioTask kMaps[] = {{"reader", Maps}};
constexpr ScenarioTask kSmaps[] = {{"reader", Smaps}};
constexpr ScenarioTask kFail[] = {{"failure", Fail}};
constexpr ScenarioTask kReap[] = {{"reaper", Reap}};
constexpr ScenarioTask kWrite[] = {{"write", WriteFile}};
constexpr ScenarioTask kWriteStack[] = {{"write", WriteFileFromStack}};
constexpr ScenarioTask kWriteback[] = {{"writeback", Writeback}};
constexpr ScenarioTask kDropCaches[] = {{"drop-caches", DropCaches}};
constexpr ScenarioTask kUnmount[] = {{"umount", Unmount}};
constexpr ScenarioTask kUffdFork[] = {{"uffd", UffdFork}};
constexpr ScenarioTask kExec[] = {{"exec", Exec}};
constexpr ScenarioTask kPrctl[] = {{"prctl", SetMm}, {"reader", ReadProc}};
constexpr ScenarioTask kNotifier[] = {{"notifier", RegisterNotifier}};
constexpr ScenarioTask kUprobe[] = {{"uprobe", HitBreakpoint}};
constexpr ScenarioTask kHugetlb[] = {{"munmap", UnmapHugetlb}};
constexpr ScenarioTask kHugetlbPunch[] = {{"fault", UseHugetlb}, {"punch", PunchHugetlb}};

constexpr Scenario kScenarios[] = {
    {"collapse", "services", "khugepaged puts a huge page in place of a page table", kCollapse,
     MapTable},
    {"madvise-dontneed-table", "services", "drop all pages of a page table, and the table too",
     kDropTable, MapTable},
    {"collapse-file", "services", "khugepaged puts a huge page in place of a file's pages",
     kCollapseFile, MapLargeFile},
    {"huge-page", "services", "copy, protect, move and unmap a huge page, whole and in parts",
     kHugePage, MapTable},
    {"retract-page-tables", "services", "an empty page table goes while its VMA stays", kRetract},
    {"split-folio", "services", "split folios of anonymous memory and of a file", kSplit},
    {"ksm", "services", "a page is write-protected to be shared, and copied when written", kKsm},
    {"uffd-copy", "services", "userfaultfd puts a page where there is none", kUffd},
    {"uffd-move", "services", "userfaultfd moves a page between two mappings", kUffdMove, MapTable},
    {"uffd-fork", "services", "a fork keeps userfaultfd from filling while it copies", kUffdFork},
    {"numa-balancing", "services", "entries become inaccessible to see who uses them", kNuma},
    {"mbind", "services", "give a mapping another memory policy", kMbind},
    {"proc-maps", "services", "list the mappings, each under its VMA lock", kMaps},
    {"proc-smaps", "services", "count the pages of each mapping", kSmaps},
    {"memory-failure", "services", "unmap a page that broke", kFail},
    {"oom-reaper", "services", "take memory from a task that must die", kReap},
    {"file-write", "services", "write a file from memory that must be faulted in", kWrite},
    {"file-write-from-stack", "services",
     "write a file from where the stack must grow: the mmap lock under i_rwsem", kWriteStack,
     MapStack},
    {"writeback", "services", "clean a mapped page and its entries", kWriteback},
    {"drop-caches", "services", "drop what nobody maps", kDropCaches},
    {"umount", "services", "unmount a file system that nobody uses any more", kUnmount},
    {"exec", "services", "relocate the stack of a new program, leave the old one", kExec},
    {"prctl-set-mm", "services", "a process changes what /proc says of it", kPrctl},
    {"mmu-notifier", "services", "take every lock of an address space at once", kNotifier},
    {"uprobe", "services", "look a mapping up without any lock, and ask again", kUprobe},
    {"hugetlb-munmap", "services", "fault in and unmap a huge page", kHugetlb, MapHugetlb},
    {"hugetlb-punch-hole", "services", "cut a huge page out of its file while it is used",
     kHugetlbPunch, MapHugetlb},
};

}  // namespace

std::span<const Scenario> ServiceScenarios() { return kScenarios; }

}  // namespace mm_model
