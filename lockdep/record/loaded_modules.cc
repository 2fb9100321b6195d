#include "lockdep/record/loaded_modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

namespace lockdep::record {
namespace {

constexpr size_t Align4(size_t size) { return (size + 3) & ~size_t{3}; }

// Finds the build id in the notes at `notes`.
void FindBuildId(const unsigned char* notes, size_t size, LoadedModule* module) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    memcpy(&note, notes, sizeof(note));
    const size_t name_size = Align4(note.n_namesz);
    const size_t note_size = sizeof(note) + name_size + Align4(note.n_descsz);
    if (note_size > size || note_size < name_size) return;
    const unsigned char* name = notes + sizeof(note);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
      module->build_id = name + name_size;
      module->build_id_size = note.n_descsz;
      return;
    }
    notes += note_size;
    size -= note_size;
  }
}

// The ELF header and its program headers stand at the start of the mapping.
void FindBuildId(LoadedModule* module) {
  constexpr size_t kFirstPage = 4096;
  const auto* start = reinterpret_cast<const unsigned char*>(module->begin);
  ElfW(Ehdr) header;
  memcpy(&header, start, sizeof(header));
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  if (header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phoff > kFirstPage ||
      header.e_phnum > (kFirstPage - header.e_phoff) / sizeof(ElfW(Phdr))) {
    return;
  }
  for (size_t i = 0; i < header.e_phnum && module->build_id == nullptr; ++i) {
    ElfW(Phdr) segment;
    memcpy(&segment, start + header.e_phoff + i * sizeof(segment), sizeof(segment));
    if (segment.p_type != PT_NOTE) continue;
    const uintptr_t notes = module->bias + segment.p_vaddr;
    if (notes < module->begin || notes >= module->end) continue;
    FindBuildId(reinterpret_cast<const unsigned char*>(notes), segment.p_memsz, module);
  }
}

bool Describe(uintptr_t address, LoadedModule* module) {
  module->begin = module->end = 0;
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return false;
  const auto begin = reinterpret_cast<uintptr_t>(found.dlfo_map_start);
  const auto end = reinterpret_cast<uintptr_t>(found.dlfo_map_end);
  if (address < begin || address >= end) return false;
  module->begin = begin;
  module->end = end;
  module->bias = found.dlfo_link_map->l_addr;
  module->loader_entry = found.dlfo_link_map;
  module->path = found.dlfo_link_map->l_name;
  module->build_id = nullptr;
  module->build_id_size = 0;
  FindBuildId(module);
  return true;
}

}  // namespace

bool LoadedModules::Matches(const Named& named, const LoadedModule& module) {
  if (named.begin != module.begin || named.end != module.end ||
      named.loader_entry != module.loader_entry || named.build_id_size != module.build_id_size) {
    return false;
  }
  const size_t compared = named.build_id_size < kMaxBuildId ? named.build_id_size : kMaxBuildId;
  return compared == 0 || memcmp(named.build_id, module.build_id, compared) == 0;
}

bool LoadedModules::FindNew(uintptr_t address, LoadedModule* module) {
  if (!Describe(address, module)) return false;
  for (size_t i = count_; i-- > 0;) {
    const Named& named = named_[i];
    if (address < named.begin || address >= named.end) continue;
    // The newest that covers the address is what a reader takes.
    if (Matches(named, *module)) return false;
    break;
  }
  Remember(*module);
  return true;
}

void LoadedModules::Remember(const LoadedModule& module) {
  if (count_ == capacity_) {
    const size_t capacity = capacity_ == 0 ? 64 : capacity_ * 2;
    auto* grown = arena_.NewArray<Named>(capacity);
    // Without memory it will be named again the next time: no harm.
    if (grown == nullptr) return;
    if (count_ != 0) memcpy(grown, named_, count_ * sizeof(Named));
    named_ = grown;
    capacity_ = capacity;
  }
  Named& named = named_[count_++];
  named.begin = module.begin;
  named.end = module.end;
  named.loader_entry = module.loader_entry;
  named.build_id_size = module.build_id_size;
  const size_t kept = module.build_id_size < kMaxBuildId ? module.build_id_size : kMaxBuildId;
  if (kept != 0) memcpy(named.build_id, module.build_id, kept);
}

}  // namespace lockdep::record
