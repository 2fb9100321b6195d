// Operations that start at the file.

#include "mm_model/scenario.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void UseAndTruncate(A& space) {
  for (unsigned long page = 0; page < A::kPages; ++page) {
    AccessUser(space.mm, A::kShared + page * PAGE_SIZE, Access::kWrite);
    AccessUser(space.mm, A::kPrivate + page * PAGE_SIZE, Access::kWrite);
  }
  do_truncate(space.data, PAGE_SIZE);
}

void Truncate(A& space) { do_truncate(space.data, 0); }

void UnmapShared(A& space) {
  AccessUser(space.mm, A::kShared, Access::kWrite);
  __vm_munmap(space.mm, A::kShared, A::kBytes);
}

constexpr ScenarioTask kTruncate[] = {{"truncate", UseAndTruncate}};
constexpr ScenarioTask kTruncateRacesMunmap[] = {{"truncate", Truncate}, {"munmap", UnmapShared}};

constexpr Scenario kScenarios[] = {
    {"truncate", "file", "cut a mapped file to one page; its mappings lose the others", kTruncate},
    {"truncate-races-munmap", "file", "truncate walks i_mmap while munmap takes a VMA out of it",
     kTruncateRacesMunmap},
};

}  // namespace

std::span<const Scenario> FileScenarios() { return kScenarios; }

}  // namespace mm_model
