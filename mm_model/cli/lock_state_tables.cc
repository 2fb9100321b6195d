#include "mm_model/cli/lock_state_tables.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mm_model/explore/schedule.h"
#include "mm_model/rules/lock_state_table.h"

namespace mm_model {
namespace {

using lockdep::report::AttachedTable;
using Cells = std::vector<std::string>;

const char* YesNo(bool yes) { return yes ? "yes" : "no"; }

Cells CellsOf(const LockStateRow& row) {
  const LockState& state = row.state;
  Cells cells = {ToString(state.mmap), ToString(state.vma), ToString(state.rmap)};
  if (!row.valid()) {
    cells.insert(cells.end(), {"invalid", "", "", "", row.broken_rule});
    return cells;
  }
  for (const bool yes : {row.stable, row.read, row.write_most, row.write_all}) {
    cells.emplace_back(YesNo(yes));
  }
  cells.emplace_back();
  return cells;
}

AttachedTable StatesTable(VmaLockGeneration generation) {
  AttachedTable table{
      .title = "Lock states of a VMA",
      .note = absl::StrCat(
          "What a task may do that holds these locks, as the model computes it (",
          ToString(generation),
          "): R for reading, W for writing, - not at all. Stable: nobody frees the VMA or moves "
          "its bounds. Invalid: a state that no task may get into, and the rule that says so. "
          "Source: Documentation/mm/process_addrs.rst, \"Lock usage\"."),
      .columns = {"mmap lock", "VMA lock", "rmap locks", "Stable", "Read", "Write most",
                  "Write all", "Broken rule"},
      .rows = {}};
  for (const LockStateRow& row : ComputeLockStates(generation)) table.rows.push_back(CellsOf(row));
  return table;
}

AttachedTable ExclusivityTable() {
  constexpr const char* kHolds[] = {"read", "downgraded", "write"};
  const Exclusivity exclusive = ComputeExclusivity();
  AttachedTable table{.title = "Who excludes whom on the mmap lock",
                      .note =
                          "Whether a task that holds it in one way keeps out another that "
                          "wants it in the other way, as the model computes it.",
                      .columns = {"Held", "read", "downgraded", "write"},
                      .rows = {}};
  for (size_t one = 0; one < kMmapHolds; ++one) {
    Cells cells = {kHolds[one]};
    for (size_t other = 0; other < kMmapHolds; ++other) {
      cells.emplace_back(YesNo(exclusive[one][other]));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

std::vector<AttachedTable> LockStateTables(VmaLockGeneration generation) {
  return {StatesTable(generation), ExclusivityTable()};
}

}  // namespace mm_model
