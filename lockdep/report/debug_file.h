// One executable or library on disk, with its debug information: looks up what
// stands at an address, given in the file's own terms.
//
// Debug information may be in the file, beside it or under /usr/lib/debug, found
// by the build id, as libdwfl does it.
//
// Thread safety: used by one thread.

#ifndef LOCKDEP_REPORT_DEBUG_FILE_H_
#define LOCKDEP_REPORT_DEBUG_FILE_H_

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

class DebugFile {
 public:
  // Fails with the reason alone when `path` cannot serve: it is not there, it is
  // no ELF file, or its build id is not `build_id` (bytes; empty: not checked).
  static absl::StatusOr<std::unique_ptr<DebugFile>> Open(const std::string& path,
                                                         const std::string& build_id);

  // The frames at an instruction, innermost first, without module and offset;
  // empty if nothing is known.
  Stack Code(uint64_t address);

  // The static object that covers `address`, "g_bank" or "g_bank+8"; or empty.
  std::string Object(uint64_t address);

 private:
  struct DwflEnd {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };
  struct DieRange {
    Dwarf_Addr begin;
    Dwarf_Addr end;
    Dwarf_Die die;
  };
  struct ObjectSymbol {
    uint64_t begin;
    uint64_t end;
    std::string name;  // As the linker knows it.
  };

  DebugFile() = default;

  static void AddRanges(Dwarf_Die die, std::vector<DieRange>* ranges);
  static void SortRanges(std::vector<DieRange>* ranges);
  // These return null if nothing covers the address.
  static Dwarf_Die* FindRange(std::vector<DieRange>& ranges, Dwarf_Addr address);
  Dwarf_Die* UnitAt(uint64_t address);
  const Dwarf_Die* FunctionAt(Dwarf_Die* unit, Dwarf_Addr address);

  void IndexUnits();
  static void IndexFunctions(Dwarf_Die scope, int depth, std::vector<DieRange>* functions);
  void IndexObjects();
  Stack CodeByDwarf(uint64_t address);
  std::string SymbolAt(uint64_t address) const;

  std::unique_ptr<Dwfl, DwflEnd> dwfl_;
  Dwfl_Module* module_ = nullptr;
  // Of addresses in debug information against those of the file: not zero only
  // after prelinking.
  Dwarf_Addr dwarf_bias_ = 0;
  bool units_indexed_ = false;
  bool objects_indexed_ = false;
  std::vector<DieRange> units_;        // By begin.
  std::vector<ObjectSymbol> objects_;  // By begin.
  // The functions of a unit, by begin; made when the unit is first asked for.
  absl::flat_hash_map<const void*, std::vector<DieRange>> functions_;
};

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_DEBUG_FILE_H_
