#include "lockdep/report/debug_file.h"

#include <dwarf.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/report/function_name.h"

namespace lockdep::report {
namespace {

constexpr int64_t kMostGib = 16;  // More than any program has with its debug information.

const Dwfl_Callbacks* Callbacks() {
  static char* debug_path = nullptr;
  static const Dwfl_Callbacks callbacks = {.find_elf = nullptr,
                                           .find_debuginfo = dwfl_standard_find_debuginfo,
                                           .section_address = dwfl_offline_section_address,
                                           .debuginfo_path = &debug_path};
  return &callbacks;
}

// What dwarf_getscopes hands out.
struct Scopes {
  Scopes() = default;
  ~Scopes() { std::free(dies); }
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;

  Dwarf_Die* dies = nullptr;
  int count = 0;
};

// Where a function is declared: inside its namespaces and classes.
Dwarf_Die DeclarationOf(Dwarf_Die function) {
  constexpr int kMostSteps = 8;  // A file may lie about itself.
  for (int step = 0; step < kMostSteps; ++step) {
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    Dwarf_Attribute* link = dwarf_attr(&function, DW_AT_abstract_origin, &attribute);
    if (link == nullptr) link = dwarf_attr(&function, DW_AT_specification, &attribute);
    if (link == nullptr || dwarf_formref_die(link, &target) == nullptr) break;
    function = target;
  }
  return function;
}

// "bank::(anonymous namespace)::" and the like, from the inside out.
std::string ScopePrefix(Dwarf_Die declaration) {
  Scopes scopes;
  scopes.count = dwarf_getscopes_die(&declaration, &scopes.dies);
  std::string prefix;
  for (int i = 1; i < scopes.count; ++i) {
    const int tag = dwarf_tag(&scopes.dies[i]);
    const bool is_type =
        tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
    if (!is_type && tag != DW_TAG_namespace && tag != DW_TAG_subprogram) continue;
    const char* name = dwarf_diename(&scopes.dies[i]);
    // An unnamed type with a function of its own is what a lambda is made of.
    const char* nameless = is_type ? "{lambda}" : "(anonymous namespace)";
    prefix = absl::StrCat(name == nullptr ? nameless : name, "::", prefix);
  }
  return prefix;
}

std::string FunctionName(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(function, name, &attribute) == nullptr) continue;
    if (const char* text = dwarf_formstring(&attribute)) return Demangle(text);
  }
  // A function that is only ever inlined has no linker symbol.
  const char* text = dwarf_diename(function);
  return text == nullptr ? "" : absl::StrCat(ScopePrefix(DeclarationOf(*function)), text);
}

// Absolute as far as the compiler said where it worked, and without "x/../".
std::string SourcePath(Dwarf_Die* unit, const char* file) {
  std::filesystem::path path(file);
  Dwarf_Attribute attribute;
  const char* directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  if (path.is_relative() && directory != nullptr) path = directory / path;
  return path.lexically_normal().string();
}

// Where an inlined function was called.
void PutCallSite(Dwarf_Die* unit, Dwarf_Die* inlined, Frame* caller) {
  Dwarf_Attribute attribute;
  Dwarf_Word number = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &number) == 0) {
    caller->line = static_cast<int>(number);
  }
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &number) != 0) return;
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || number >= count) return;
  if (const char* file = dwarf_filesrc(files, number, nullptr, nullptr)) {
    caller->file = SourcePath(unit, file);
  }
}

// With split debug information the functions stand in another unit.
Dwarf_Die UnitWithFunctions(Dwarf_Die unit) {
  Dwarf_Half version = 0;
  uint8_t type = 0;
  Dwarf_Die split = {};
  if (dwarf_cu_info(unit.cu, &version, &type, nullptr, &split, nullptr, nullptr, nullptr) != 0) {
    return unit;
  }
  return type == DW_UT_skeleton && split.addr != nullptr ? split : unit;
}

bool IsBlock(int tag) {
  return tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

// Whether functions may stand inside.
bool HoldsFunctions(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_module || tag == DW_TAG_subprogram ||
         IsBlock(tag);
}

// The child of `scope` that covers `address`: an inlined function or a block.
bool FindInside(Dwarf_Die* scope, Dwarf_Addr address, Dwarf_Die* inside) {
  if (dwarf_child(scope, inside) != 0) return false;
  do {
    const int tag = dwarf_tag(inside);
    if (tag != DW_TAG_inlined_subroutine && !IsBlock(tag)) continue;
    if (dwarf_haspc(inside, address) > 0) return true;
  } while (dwarf_siblingof(inside, inside) == 0);
  return false;
}

// The functions at `address` from the innermost on, with where each called the next.
Stack FunctionsAt(Dwarf_Die* unit, Dwarf_Die function, Dwarf_Addr address) {
  std::vector<Frame> outside_in = {{.function = FunctionName(&function)}};
  Dwarf_Die inside;
  for (Dwarf_Die scope = function; FindInside(&scope, address, &inside); scope = inside) {
    if (dwarf_tag(&inside) != DW_TAG_inlined_subroutine) continue;
    PutCallSite(unit, &inside, &outside_in.back());
    outside_in.push_back({.function = FunctionName(&inside)});
  }
  return {outside_in.rbegin(), outside_in.rend()};
}

void PutLine(Dwarf_Die* unit, Dwarf_Addr address, Frame* frame) {
  Dwarf_Line* line = dwarf_getsrc_die(unit, address);
  if (line == nullptr) return;
  if (const char* file = dwarf_linesrc(line, nullptr, nullptr)) {
    frame->file = SourcePath(unit, file);
  }
  dwarf_lineno(line, &frame->line);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DebugFile>> DebugFile::Open(const std::string& path,
                                                           const std::string& build_id) {
  const absl::StatusOr<int> fd = record::OpenRegularFile(path, kMostGib);
  if (!fd.ok()) return fd.status();
  std::unique_ptr<DebugFile> file(new DebugFile);
  file->dwfl_.reset(dwfl_begin(Callbacks()));
  if (file->dwfl_ != nullptr) {
    dwfl_report_begin(file->dwfl_.get());
    // Addresses of the module are then those of the file.
    file->module_ = dwfl_report_elf(file->dwfl_.get(), path.c_str(), path.c_str(), *fd, 0, true);
    dwfl_report_end(file->dwfl_.get(), nullptr, nullptr);
  }
  if (file->module_ == nullptr) {
    close(*fd);
    return absl::InvalidArgumentError(dwfl_errmsg(-1));
  }
  const unsigned char* bits = nullptr;
  GElf_Addr address = 0;
  GElf_Addr bias = 0;
  dwfl_module_getelf(file->module_, &bias);
  const int size = dwfl_module_build_id(file->module_, &bits, &address);
  const std::string_view found(reinterpret_cast<const char*>(bits),
                               size > 0 ? static_cast<size_t>(size) : 0);
  if (!build_id.empty() && found != build_id) {
    return absl::FailedPreconditionError("the file has changed since the recording");
  }
  return file;
}

void DebugFile::AddRanges(Dwarf_Die die, std::vector<DieRange>* ranges) {
  Dwarf_Addr base = 0;
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0;) {
    if (begin < end) ranges->push_back({begin, end, die});
  }
}

void DebugFile::SortRanges(std::vector<DieRange>* ranges) {
  std::stable_sort(ranges->begin(), ranges->end(),
                   [](const DieRange& a, const DieRange& b) { return a.begin < b.begin; });
}

Dwarf_Die* DebugFile::FindRange(std::vector<DieRange>& ranges, Dwarf_Addr address) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                      [](uint64_t a, const DieRange& b) { return a < b.begin; });
  if (after == ranges.begin() || address >= std::prev(after)->end) return nullptr;
  return &std::prev(after)->die;
}

// Walks the units itself: the index that libdwfl goes by is optional, and clang
// does not write it.
void DebugFile::IndexUnits() {
  units_indexed_ = true;
  Dwarf* dwarf = dwfl_module_getdwarf(module_, &dwarf_bias_);
  if (dwarf == nullptr) return;
  Dwarf_CU* cu = nullptr;
  Dwarf_Die unit;
  while (dwarf_get_units(dwarf, cu, &cu, nullptr, nullptr, &unit, nullptr) == 0) {
    AddRanges(unit, &units_);
  }
  SortRanges(&units_);
}

Dwarf_Die* DebugFile::UnitAt(uint64_t address) {
  if (!units_indexed_) IndexUnits();
  return FindRange(units_, address - dwarf_bias_);
}

// Walks the tree itself: dwarf_getscopes does not look into namespaces, where
// clang puts functions.
void DebugFile::IndexFunctions(Dwarf_Die scope, int depth, std::vector<DieRange>* functions) {
  constexpr int kDeepest = 100;  // Against files that nest without end.
  Dwarf_Die die;
  if (depth > kDeepest || dwarf_child(&scope, &die) != 0) return;
  do {
    const int tag = dwarf_tag(&die);
    if (tag == DW_TAG_subprogram) AddRanges(die, functions);
    if (HoldsFunctions(tag)) IndexFunctions(die, depth + 1, functions);
  } while (dwarf_siblingof(&die, &die) == 0);
}

const Dwarf_Die* DebugFile::FunctionAt(Dwarf_Die* unit, Dwarf_Addr address) {
  const auto [functions, is_new] = functions_.try_emplace(unit->addr);
  if (is_new) {
    IndexFunctions(UnitWithFunctions(*unit), /*depth=*/0, &functions->second);
    SortRanges(&functions->second);
  }
  return FindRange(functions->second, address);
}

Stack DebugFile::CodeByDwarf(uint64_t address) {
  Dwarf_Die* unit = UnitAt(address);
  if (unit == nullptr) return {};
  const Dwarf_Die* function = FunctionAt(unit, address - dwarf_bias_);
  Stack stack =
      function == nullptr ? Stack(1) : FunctionsAt(unit, *function, address - dwarf_bias_);
  PutLine(unit, address - dwarf_bias_, &stack.front());
  return stack;
}

std::string DebugFile::SymbolAt(uint64_t address) const {
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* name =
      dwfl_module_addrinfo(module_, address, &offset, &symbol, nullptr, nullptr, nullptr);
  return name == nullptr ? "" : Demangle(name);
}

Stack DebugFile::Code(uint64_t address) {
  Stack stack = CodeByDwarf(address);
  if (!stack.empty() && !stack.back().function.empty()) return stack;
  if (stack.empty()) stack.emplace_back();
  stack.back().function = SymbolAt(address);
  const bool knows_nothing =
      stack.size() == 1 && stack[0].function.empty() && stack[0].file.empty();
  return knows_nothing ? Stack{} : stack;
}

void DebugFile::IndexObjects() {
  objects_indexed_ = true;
  const int count = dwfl_module_getsymtab(module_);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* name =
        dwfl_module_getsym_info(module_, i, &symbol, &address, nullptr, nullptr, nullptr);
    const bool is_object = GELF_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_size != 0;
    if (name == nullptr || !is_object || symbol.st_shndx == SHN_UNDEF) continue;
    objects_.push_back({address, address + symbol.st_size, name});
  }
  std::sort(objects_.begin(), objects_.end(), [](const ObjectSymbol& a, const ObjectSymbol& b) {
    return std::tie(a.begin, a.name) < std::tie(b.begin, b.name);
  });
}

std::string DebugFile::Object(uint64_t address) {
  if (!objects_indexed_) IndexObjects();
  auto after = std::upper_bound(objects_.begin(), objects_.end(), address,
                                [](uint64_t a, const ObjectSymbol& b) { return a < b.begin; });
  if (after == objects_.begin()) return "";
  const ObjectSymbol& object = *std::prev(after);
  if (address >= object.end) return "";
  const std::string name = Demangle(object.name);
  return address == object.begin ? name : absl::StrCat(name, "+", address - object.begin);
}

}  // namespace lockdep::report
