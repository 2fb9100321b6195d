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
  exit_mmap(space.child);
}

void Life(A& space) {
  MapAnonAndFile(space);
  ForkAndExit(space);
  do_mprotect_pkey(space.mm, A::kAnon, A::kBytes, VM_READ);
  __vm_munmap(space.mm, A::kAnon + PAGE_SIZE, PAGE_SIZE);
  do_truncate(space.data, PAGE_SIZE);
  exit_mmap(space.mm);
}

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
    {"munmap", "mapping", "unmap whole mappings; page tables go under the downgraded mmap lock",
     kMunmap},
    {"munmap-split", "mapping", "unmap the middle of a file mapping, which splits it twice",
     kMunmapSplit},
    {"mprotect", "mapping", "make one page of a mapping read-only", kMprotect},
    {"fork", "mapping", "copy an address space; private pages become write-protected", kFork},
    {"mmap-races-munmap", "mapping", "map in one task while another unmaps", kMmapRacesMunmap},
    {"address-space-life", "mapping",
     "map, touch, fork, copy on write, protect, unmap, truncate, exit", kLife},
};

}  // namespace

std::span<const Scenario> MappingScenarios() { return kScenarios; }

}  // namespace mm_model
