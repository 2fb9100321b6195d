// The system calls that change an address space.

#include "mm_model/scenario.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void TouchEverything(A& space) {
  for (unsigned long page = 0; page < A::kPages; ++page) {
    AccessUser(space.mm, A::kAnon + page * PAGE_SIZE, Access::kWrite);
    AccessUser(space.mm, A::kPrivate + page * PAGE_SIZE, Access::kWrite);
    AccessUser(space.mm, A::kShared + page * PAGE_SIZE, Access::kWrite);
  }
}

void MapAnonAndFile(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, A::kFree, PAGE_SIZE, A::kFlags, 0);
  vm_mmap_pgoff(space.mm, space.data, A::kFree + 2 * PAGE_SIZE, PAGE_SIZE, A::kFlags, 1);
}

void MapOver(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  vm_mmap_pgoff(space.mm, space.data, A::kAnon, A::kBytes, VM_READ, 0);
}

void Unmap(A& space) {
  TouchEverything(space);
  __vm_munmap(space.mm, A::kAnon, A::kBytes);
  __vm_munmap(space.mm, A::kPrivate, A::kBytes);
}

void UnmapTheMiddle(A& space) {
  TouchEverything(space);
  __vm_munmap(space.mm, A::kPrivate + PAGE_SIZE, 2 * PAGE_SIZE);
}

void Protect(A& space) {
  TouchEverything(space);
  do_mprotect_pkey(space.mm, A::kPrivate + PAGE_SIZE, PAGE_SIZE, VM_READ);
}

void Fork(A& space) {
  TouchEverything(space);
  space.child = dup_mm(space.mm);
}

void ForkAndExit(A& space) {
  Fork(space);
  AccessUser(space.child, A::kAnon, Access::kWrite);
  AccessUser(space.mm, A::kPrivate, Access::kWrite);
  mmput(space.child);
}

void Life(A& space) {
  MapAnonAndFile(space);
  ForkAndExit(space);
  do_mprotect_pkey(space.mm, A::kAnon, A::kBytes, VM_READ);
  __vm_munmap(space.mm, A::kAnon + PAGE_SIZE, PAGE_SIZE);
  do_truncate(space.data, PAGE_SIZE);
  mmput(space.mm);
}

// A stack of one page, with room to grow.
constexpr unsigned long kStack = A::kFree + 2 * PMD_SIZE + 2 * PAGE_SIZE;

void MapStack(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kStack, PAGE_SIZE, A::kFlags | VM_GROWSDOWN, 0);
}

void GrowStack(A& space) { AccessUser(space.mm, kStack - PAGE_SIZE, Access::kWrite); }

void UseStack(A& space) { AccessUser(space.mm, kStack, Access::kWrite); }

constexpr unsigned long kHeap = A::kFree + 3 * PMD_SIZE;

void MapHeap(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kHeap, PAGE_SIZE, A::kFlags, 0);
  space.mm->brk.Reset(kHeap + PAGE_SIZE);
}

void UseHeap(A& space) {
  do_brk(space.mm, kHeap + 3 * PAGE_SIZE);
  AccessUser(space.mm, kHeap + 2 * PAGE_SIZE, Access::kWrite);
  do_brk(space.mm, kHeap + PAGE_SIZE);
}

void Lock(A& space) { do_mlock(space.mm, A::kAnon, PAGE_SIZE); }

void LockAll(A& space) {
  do_mlockall(space.mm);
  vm_mmap_pgoff(space.mm, nullptr, A::kFree, PAGE_SIZE, A::kFlags, 0);
  __vm_munmap(space.mm, A::kFree, PAGE_SIZE);
}

// The target starts at another place of its table: entries are moved one by one.
void MoveEntries(A& space) {
  AccessUser(space.mm, A::kPrivate, Access::kWrite);
  do_mremap(space.mm, A::kPrivate, A::kBytes, A::kFree + PMD_SIZE + PAGE_SIZE);
  AccessUser(space.mm, A::kFree + PMD_SIZE + PAGE_SIZE, Access::kRead);
}

// A mapping that fills a table.
constexpr unsigned long kTable = A::kFree + 4 * PMD_SIZE;
constexpr unsigned long kTarget = A::kFree + 5 * PMD_SIZE;

void MapTable(A& space) { vm_mmap_pgoff(space.mm, nullptr, kTable, PMD_SIZE, A::kFlags, 0); }

void MoveTable(A& space) {
  AccessUser(space.mm, kTable, Access::kWrite);
  do_mremap(space.mm, kTable, PMD_SIZE, kTarget);
  AccessUser(space.mm, kTarget, Access::kRead);
}

void DontNeed(A& space) { madvise_dontneed(space.mm, A::kAnon, A::kBytes); }

void Free(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  madvise_free(space.mm, A::kAnon, A::kBytes);
}

void Guard(A& space) {
  madvise_guard(space.mm, A::kAnon, PAGE_SIZE, true);
  madvise_guard(space.mm, A::kAnon, PAGE_SIZE, false);
}

void Advise(A& space) { madvise_set_flags(space.mm, A::kAnon, 2 * PAGE_SIZE, VM_MERGEABLE); }

void Remove(A& space) { madvise_remove(space.mm, A::kShared, A::kBytes); }

void AdviseProcess(A& /*space*/) { process_madvise(A::kAnon, A::kBytes); }

// Grows its neighbour instead.
void MapNextToAnon(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  vm_mmap_pgoff(space.mm, nullptr, A::kAnon + A::kBytes, PAGE_SIZE, A::kFlags, 0);
  AccessUser(space.mm, A::kAnon + A::kBytes, Access::kWrite);
}

// The middle becomes a VMA of its own, and part of the whole again.
void ProtectAndUnprotect(A& space) {
  AccessUser(space.mm, A::kPrivate + PAGE_SIZE, Access::kWrite);
  do_mprotect_pkey(space.mm, A::kPrivate + PAGE_SIZE, PAGE_SIZE, VM_READ);
  do_mprotect_pkey(space.mm, A::kPrivate + PAGE_SIZE, PAGE_SIZE, A::kFlags);
}

constexpr ScenarioTask kMmapMerge[] = {{"mmap", MapNextToAnon}};
constexpr ScenarioTask kMprotectMerge[] = {{"mprotect", ProtectAndUnprotect}};
constexpr ScenarioTask kGrow[] = {{"fault", GrowStack}, {"user", UseStack}};
constexpr ScenarioTask kBrk[] = {{"brk", UseHeap}};
constexpr ScenarioTask kMlock[] = {{"mlock", Lock}};
constexpr ScenarioTask kMlockall[] = {{"mlockall", LockAll}};
constexpr ScenarioTask kMremap[] = {{"mremap", MoveEntries}};
constexpr ScenarioTask kMremapTable[] = {{"mremap", MoveTable}};
constexpr ScenarioTask kDontNeed[] = {{"fault", TouchEverything}, {"madvise", DontNeed}};
constexpr ScenarioTask kMadviseFree[] = {{"madvise", Free}};
constexpr ScenarioTask kGuard[] = {{"madvise", Guard}};
constexpr ScenarioTask kAdvise[] = {{"madvise", Advise}};
constexpr ScenarioTask kRemove[] = {{"madvise", Remove}};
constexpr ScenarioTask kProcessMadvise[] = {{"madvise", AdviseProcess}};
constexpr ScenarioTask kMmap[] = {{"mmap", MapAnonAndFile}};
constexpr ScenarioTask kMmapFixed[] = {{"mmap", MapOver}};
constexpr ScenarioTask kMunmap[] = {{"munmap", Unmap}};
constexpr ScenarioTask kMunmapSplit[] = {{"munmap", UnmapTheMiddle}};
constexpr ScenarioTask kMprotect[] = {{"mprotect", Protect}};
constexpr ScenarioTask kFork[] = {{"fork", Fork}};
constexpr ScenarioTask kMmapRacesMunmap[] = {{"mmap", MapAnonAndFile}, {"munmap", Unmap}};
constexpr ScenarioTask kLife[] = {{"life", Life}};

constexpr Scenario kScenarios[] = {
    {"mmap", "mapping", "map anonymous memory and a file", kMmap},
    {"mmap-fixed", "mapping", "map a file over memory that is in use", kMmapFixed},
    {"mmap-merge", "mapping", "map memory next to a mapping, which grows", kMmapMerge},
    {"mprotect-merge", "mapping", "split a mapping in three, and merge it again", kMprotectMerge},
    {"munmap", "mapping", "unmap whole mappings; page tables go under the downgraded mmap lock",
     kMunmap},
    {"munmap-split", "mapping", "unmap the middle of a file mapping, which splits it twice",
     kMunmapSplit},
    {"mprotect", "mapping", "make one page of a mapping read-only", kMprotect},
    {"fork", "mapping", "copy an address space; private pages become write-protected", kFork},
    {"stack-expansion", "mapping", "a fault below a stack makes it grow", kGrow, MapStack},
    {"brk", "mapping", "grow the heap, use it, shrink it", kBrk, MapHeap},
    {"mlock", "mapping", "lock a page in memory, and fault it in", kMlock},
    {"mlockall", "mapping", "lock everything, and what is mapped later", kMlockall},
    {"mremap", "mapping", "move a mapping, entry by entry", kMremap},
    {"mremap-table", "mapping", "move a mapping with its page table", kMremapTable, MapTable},
    {"madvise-dontneed", "mapping", "drop pages under the VMA lock while others fault", kDontNeed},
    {"madvise-free", "mapping", "let pages go when memory is short", kMadviseFree},
    {"madvise-guard", "mapping", "set and remove guard markers", kGuard},
    {"madvise-flags", "mapping", "change flags of a part, which splits the mapping", kAdvise},
    {"madvise-remove", "mapping", "punch a hole; the file's locks come before the mmap lock",
     kRemove},
    {"process-madvise", "mapping", "advise about another task's memory", kProcessMadvise},
    {"mmap-races-munmap", "mapping", "map in one task while another unmaps", kMmapRacesMunmap},
    {"address-space-life", "mapping",
     "map, touch, fork, copy on write, protect, unmap, truncate, exit", kLife},
};

}  // namespace

std::span<const Scenario> MappingScenarios() { return kScenarios; }

}  // namespace mm_model
