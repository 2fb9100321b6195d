// A scenario: named tasks over one shared address space.  What the tasks do is
// all it says; what is found follows from the locks they take and the fields
// they write.
//
// Thread safety: the registry is constant.

#ifndef MM_MODEL_SCENARIO_H_
#define MM_MODEL_SCENARIO_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mm_model/mm_ops.h"

namespace mm_model {

// What every scenario starts with: one address space, made by mmap, nothing of
// it faulted in yet, and room to map more.
//
//   kAnon     4 pages, private anonymous, readable and writable
//   kPrivate  4 pages of the file, private, readable and writable
//   kShared   4 pages of the file, shared, readable and writable
//   kFree     nothing
//
// Each starts a page table of its own.
struct AddressSpace {
  static constexpr unsigned long kAnon = 0x100000;
  static constexpr unsigned long kPrivate = 0x108000;
  static constexpr unsigned long kShared = 0x110000;
  static constexpr unsigned long kFree = 0x118000;
  static constexpr unsigned long kPages = 4;
  static constexpr unsigned long kBytes = kPages * PAGE_SIZE;
  static constexpr unsigned long kFlags = VM_READ | VM_WRITE;

  mm_struct* mm = nullptr;
  file* data = nullptr;
  file* huge = nullptr;              // Of hugetlbfs; set by what maps it.
  mm_struct* child = nullptr;        // Set by a task that forks.
  rw_semaphore* driver = nullptr;    // A lock of a driver or file system; set by what needs it.
  vm_area_struct* cached = nullptr;  // A VMA that somebody remembers.
};

// Makes it, with the system calls that a process would use.
void SetUp(AddressSpace& space);

enum class Access : uint8_t { kRead, kWrite };

// An access of user code (tlb.h), which faults and is tried again until it is allowed.
// Returns whether it is in the end.
bool AccessUser(mm_struct* mm, unsigned long address, Access access);

// Makes a file of hugetlbfs and maps its huge page there.
void MapHugetlbFile(AddressSpace& space, unsigned long address);

struct ScenarioTask {
  const char* name;
  void (*run)(AddressSpace& space);
};

struct Scenario {
  const char* name;
  const char* group;
  const char* description;  // One line.
  std::span<const ScenarioTask> tasks;
  // What the address space needs besides, made in the set-up; or null.
  void (*prepare)(AddressSpace& space) = nullptr;
};

// The group of the scenarios that break a rule on purpose.
inline constexpr std::string_view kBrokenGroup = "broken";

// All scenarios, group by group; not those of the museum.
const std::vector<Scenario>& AllScenarios();
// Of that name, in the museum too; null if there is none.
const Scenario* FindScenario(std::string_view name);

// One family each; scenarios/*.cc.
std::span<const Scenario> FaultScenarios();
std::span<const Scenario> MappingScenarios();
std::span<const Scenario> FileScenarios();
std::span<const Scenario> MemoryScenarios();
std::span<const Scenario> ServiceScenarios();
std::span<const Scenario> BrokenScenarios();

}  // namespace mm_model

#endif  // MM_MODEL_SCENARIO_H_
