// Page faults, alone and against each other.

#include "mm_model/scenario.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void TouchAnon(A& space) { AccessUser(space.mm, A::kAnon, Access::kWrite); }

void TouchTwoPages(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  AccessUser(space.mm, A::kAnon + PAGE_SIZE, Access::kRead);
}

void ReadFile(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }

void WriteShared(A& space) {
  AccessUser(space.mm, A::kShared, Access::kRead);
  AccessUser(space.mm, A::kShared, Access::kWrite);
}

void WritePrivate(A& space) { AccessUser(space.mm, A::kPrivate, Access::kWrite); }

void UseFileMappings(A& space) {
  ReadFile(space);
  WriteShared(space);
  WritePrivate(space);
}

void UnmapAnon(A& space) { __vm_munmap(space.mm, A::kAnon, A::kBytes); }

void Truncate(A& space) { do_truncate(space.data, 0); }

void Fork(A& space) { space.child = dup_mm(space.mm); }

void ForkAndWriteInChild(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  Fork(space);
  AccessUser(space.child, A::kAnon, Access::kWrite);
}

constexpr ScenarioTask kUnderVmaLock[] = {{"fault", TouchTwoPages}};
constexpr ScenarioTask kOnFile[] = {{"fault", UseFileMappings}};
constexpr ScenarioTask kRacesFault[] = {{"fault-1", TouchAnon}, {"fault-2", TouchAnon}};
constexpr ScenarioTask kRacesMunmap[] = {{"fault", TouchTwoPages}, {"munmap", UnmapAnon}};
constexpr ScenarioTask kRacesTruncate[] = {{"fault", UseFileMappings}, {"truncate", Truncate}};
constexpr ScenarioTask kRacesFork[] = {{"fault", TouchTwoPages}, {"fork", ForkAndWriteInChild}};

constexpr Scenario kScenarios[] = {
    {"fault-under-vma-lock", "fault",
     "touch two pages of anonymous memory; only the first needs the mmap lock, for the anon_vma",
     kUnderVmaLock},
    {"fault-on-file", "fault",
     "read, write and copy pages of a mapped file: invalidate_lock, then the folio lock", kOnFile},
    {"fault-races-fault", "fault", "two tasks touch the same page of a VMA without anon_vma",
     kRacesFault},
    {"fault-races-munmap", "fault", "a fault while the VMA under it is unmapped", kRacesMunmap},
    {"fault-races-truncate", "fault", "file faults while the file is truncated", kRacesTruncate},
    {"fault-races-fork", "fault", "faults in the parent while it forks, and in the child after it",
     kRacesFork},
};

}  // namespace

std::span<const Scenario> FaultScenarios() { return kScenarios; }

}  // namespace mm_model
